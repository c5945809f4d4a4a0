/* XML, held for reading. Part of the worker: see main.c.
 *
 * A CIB has tens of thousands of attributes, and most that the scheduler does is to look for one by its name. So each
 * name is there once, in libxml2's dictionary of the document, and names are compared by their addresses. Pacemaker
 * hangs a note on whoever changed it to each element and attribute; here it is only told of documents. And what it asks
 * for by an expression, like //resources or a node's histories, which libxml2 would look for in every element, is found
 * where it is.
 */

#include "worker.h"

static xmlDict *dictionary;
static GHashTable *counts; /* how often the base has elements of a name */

static void count_names(const xmlNode *node)
{
    for (; node != NULL; node = node->next) {
        if (node->type == XML_ELEMENT_NODE) {
            guint before = GPOINTER_TO_UINT(g_hash_table_lookup(counts, node->name));
            g_hash_table_insert(counts, (gpointer) node->name, GUINT_TO_POINTER(before + 1));
            count_names(node->children);
        }
    }
}

/* Put those attributes of an operation first that the scheduler asks for again and again: going through the others was
 * most of its looking for an attribute by name. */
void order_operation(xmlNode *op)
{
    static const char *const asked_for[] = {XML_LRM_ATTR_TASK, XML_LRM_ATTR_INTERVAL_MS, XML_LRM_ATTR_OPSTATUS,
                                            XML_LRM_ATTR_RC,   XML_ATTR_ID,              XML_LRM_ATTR_EXIT_REASON,
                                            XML_LRM_ATTR_CALLID};
    for (size_t i = G_N_ELEMENTS(asked_for); i-- > 0;) {
        xmlAttr *one = xmlHasProp(op, (const xmlChar *) asked_for[i]);
        if (one == NULL || one->prev == NULL) {
            continue;
        }
        one->prev->next = one->next;
        if (one->next != NULL) {
            one->next->prev = one->prev;
        }
        one->prev = NULL;
        one->next = op->properties;
        op->properties->prev = one;
        op->properties = one;
    }
}

static void order_operations(xmlNode *node)
{
    for (; node != NULL; node = node->next) {
        if (is_named(node, XML_LRM_TAG_RSC_OP)) {
            order_operation(node);
        }
        order_operations(node->children);
    }
}

/* Return a document that holds a copy of the base. */
xmlDoc *document_of(xmlNode *base)
{
    xmlDoc *made = xmlNewDoc((const xmlChar *) "1.0");
    dictionary = made->dict = xmlDictCreate();
    order_operations(base);
    xmlDocSetRootElement(made, xmlDocCopyNode(base, made, 1));
    g_clear_pointer(&counts, g_hash_table_destroy);
    counts = g_hash_table_new(g_str_hash, g_str_equal);
    count_names(xmlDocGetRootElement(made));
    return made;
}

xmlNode *copy_xml(xmlNode *node)
{
    xmlDoc *made = xmlNewDoc((const xmlChar *) "1.0");
    if (dictionary != NULL && xmlDictReference(dictionary) == 0) {
        made->dict = dictionary;
    }
    xmlNode *copy = xmlDocCopyNode(node, made, 1);
    xmlDocSetRootElement(made, copy);
    return copy;
}

/* Return the one text of the dictionary that is equal to a name. Callers ask with texts of the program, again and again. */
static const xmlChar *known_name(const char *name)
{
    enum { KNOWN = 1024 };
    static struct {
        const char *asked;
        const xmlDict *in;
        const xmlChar *name;
    } known[KNOWN];
    size_t place = ((size_t) name ^ (size_t) name >> 10) % KNOWN;
    if (known[place].asked != name || known[place].in != dictionary
        || strcmp((const char *) known[place].name, name) != 0) {
        known[place].asked = name;
        known[place].in = dictionary;
        known[place].name = xmlDictLookup(dictionary, (const xmlChar *) name, -1);
    }
    return known[place].name;
}

static const char *value_of(const xmlAttr *attribute)
{
    return attribute->children != NULL ? (const char *) attribute->children->content : NULL;
}

/* There is no DTD, where libxml2 would look for defaults. */
const char *crm_element_value(const xmlNode *node, const char *name)
{
    static const char *(*slow)(const xmlNode *, const char *);
    if (node == NULL || name == NULL || node->type != XML_ELEMENT_NODE) {
        slow = slow != NULL ? slow : (const char *(*)(const xmlNode *, const char *)) theirs("crm_element_value");
        return slow(node, name);
    }
    if (dictionary != NULL && node->doc->dict == dictionary) {
        const xmlChar *wanted = known_name(name);
        for (const xmlAttr *one = node->properties; one != NULL; one = one->next) {
            if (one->name == wanted) {
                return value_of(one);
            }
        }
        return NULL;
    }
    for (const xmlAttr *one = node->properties; one != NULL; one = one->next) {
        if (one->name[0] == (xmlChar) name[0] && strcmp((const char *) one->name, name) == 0) {
            return value_of(one);
        }
    }
    return NULL;
}

/* Find what //NAME finds in the CIB: if it is the only one, it is in one of two places, if it is there. What steps add
 * to a state has none of these names. False where that cannot be said. */
static bool find_only(const char *name, xmlNode **found)
{
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, name));
    *found = child_of(cib, name);
    *found = *found != NULL ? *found : child_of(configuration, name);
    return count == (*found != NULL);
}

/* Return the histories of the only member that is called so; NULL where that cannot be said. name: up to a quote. */
static xmlNode *histories_of(const char *name)
{
    size_t length = strcspn(name, "'");
    xmlNode *found = NULL;
    EACH(one, status, XML_CIB_TAG_STATE) {
        const char *uname = get_or(one, XML_ATTR_UNAME, "");
        if (strncmp(uname, name, length) == 0 && uname[length] == '\0') {
            if (found != NULL) {
                return NULL;
            }
            found = one;
        }
    }
    return child_of(child_of(found, XML_CIB_TAG_LRM), XML_LRM_TAG_RESOURCES);
}

xmlNode *get_xpath_object(const char *expression, xmlNode *in, int level)
{
    static const char of_member[] = "/cib/status/node_state[@uname='", histories[] = "']/lrm/lrm_resources";
    static xmlNode *(*slow)(const char *, xmlNode *, int);
    slow = slow != NULL ? slow : (xmlNode * (*) (const char *, xmlNode *, int)) theirs("get_xpath_object");
    xmlNode *found = NULL;
    if (in == NULL || in != cib || expression == NULL) {
        return slow(expression, in, level);
    }
    if (g_str_has_prefix(expression, of_member) && g_str_has_suffix(expression, histories)) {
        found = histories_of(expression + strlen(of_member));
        return found != NULL ? found : slow(expression, in, level);
    }
    bool is_name = g_str_has_prefix(expression, "//")
                   && expression[2 + strspn(expression + 2, "abcdefghijklmnopqrstuvwxyz_")] == '\0';
    return is_name && find_only(expression + 2, &found) ? found : slow(expression, in, level);
}

static xmlRegisterNodeFunc note;
static xmlDeregisterNodeFunc forget_note;

static void note_document(xmlNode *node)
{
    if (node->type == XML_DOCUMENT_NODE) {
        note(node);
    }
}

static void forget_document(xmlNode *node)
{
    if (node->_private != NULL) {
        forget_note(node);
    }
}

xmlRegisterNodeFunc xmlRegisterNodeDefault(xmlRegisterNodeFunc function)
{
    static xmlRegisterNodeFunc (*slow)(xmlRegisterNodeFunc);
    slow = (xmlRegisterNodeFunc(*)(xmlRegisterNodeFunc)) theirs("xmlRegisterNodeDefault");
    note = function;
    return slow(function != NULL ? note_document : NULL);
}

xmlDeregisterNodeFunc xmlDeregisterNodeDefault(xmlDeregisterNodeFunc function)
{
    static xmlDeregisterNodeFunc (*slow)(xmlDeregisterNodeFunc);
    slow = (xmlDeregisterNodeFunc(*)(xmlDeregisterNodeFunc)) theirs("xmlDeregisterNodeDefault");
    forget_note = function;
    return slow(function != NULL ? forget_document : NULL);
}
