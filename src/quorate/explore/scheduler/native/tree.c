/* XML, held for reading. Part of the worker: see main.c.
 *
 * A CIB has tens of thousands of attributes, and most that the scheduler does is to look for one by its name. So each
 * name is there once, in libxml2's dictionary of the document, and names are compared by their addresses. Pacemaker
 * hangs a note on whoever changed it to each element and attribute; here it is only told of documents. And what it asks
 * for by an expression like //resources, which libxml2 would look for in every element, is found where it is.
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

/* Return a document that holds a copy of the base. */
xmlDoc *document_of(xmlNode *base)
{
    xmlDoc *made = xmlNewDoc((const xmlChar *) "1.0");
    dictionary = made->dict = xmlDictCreate();
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

/* What //NAME finds in the CIB, if it is the only one, is found in two places, if it is there. What steps add to a state
 * has none of these names. */
xmlNode *get_xpath_object(const char *expression, xmlNode *in, int level)
{
    static xmlNode *(*slow)(const char *, xmlNode *, int);
    slow = slow != NULL ? slow : (xmlNode * (*) (const char *, xmlNode *, int)) theirs("get_xpath_object");
    if (in == NULL || in != cib || expression == NULL || strncmp(expression, "//", 2) != 0
        || expression[2 + strspn(expression + 2, "abcdefghijklmnopqrstuvwxyz_")] != '\0') {
        return slow(expression, in, level);
    }
    const char *name = expression + 2;
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, name));
    xmlNode *found = child_of(cib, name);
    found = found != NULL ? found : child_of(configuration, name);
    return count == (found != NULL) ? found : slow(expression, in, level);
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
