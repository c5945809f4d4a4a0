/* Reading and changing XML, and saying it. Part of the worker: see main.c. */

#include "worker.h"

const char *get(const xmlNode *node, const char *name)
{
    return crm_element_value(node, name);
}

const char *get_or(const xmlNode *node, const char *name, const char *otherwise)
{
    const char *value = get(node, name);
    return value != NULL ? value : otherwise;
}

xmlNode *next_named(xmlNode *node, const char *name)
{
    while (node != NULL && (node->type != XML_ELEMENT_NODE || strcmp((const char *) node->name, name) != 0)) {
        node = node->next;
    }
    return node;
}

xmlNode *child_of(xmlNode *parent, const char *name)
{
    return parent != NULL ? next_named(parent->children, name) : NULL;
}

xmlNode *child_or_new(xmlNode *parent, const char *name, const char *id)
{
    xmlNode *child = child_of(parent, name);
    if (child == NULL) {
        child = create_xml_node(parent, name);
        if (id != NULL) {
            crm_xml_add(child, XML_ATTR_ID, id);
        }
    }
    return child;
}

xmlNode *child_with(xmlNode *parent, const char *name, const char *attribute, const char *value)
{
    EACH(child, parent, name) {
        if (strcmp(get_or(child, attribute, ""), value) == 0) {
            return child;
        }
    }
    return NULL;
}

xmlNode *first_element(xmlNode *parent)
{
    xmlNode *child = parent != NULL ? parent->children : NULL;
    while (child != NULL && child->type != XML_ELEMENT_NODE) {
        child = child->next;
    }
    return child;
}

bool is_named(const xmlNode *node, const char *name)
{
    return strcmp((const char *) node->name, name) == 0;
}

int number(const xmlNode *node, const char *name)
{
    int value = 0;
    crm_element_value_int(node, name, &value);
    return value;
}

bool is_same(const xmlNode *one, const xmlNode *other, const char *name)
{
    return g_strcmp0(get(one, name), get(other, name)) == 0;
}

static guint64 sum_text(guint64 sum, const xmlChar *text)
{
    for (; text != NULL && *text != '\0'; text++) {
        sum = (sum ^ *text) * G_GUINT64_CONSTANT(0x100000001b3);
    }
    return (sum ^ 0xff) * G_GUINT64_CONSTANT(0x100000001b3); /* no text has this byte */
}

static guint64 sum_element(guint64 sum, const xmlNode *node)
{
    sum = sum_text(sum, node->name);
    for (const xmlAttr *one = node->properties; one != NULL; one = one->next) {
        sum = sum_text(sum_text(sum, one->name), one->children != NULL ? one->children->content : NULL);
    }
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        sum = child->type == XML_ELEMENT_NODE ? sum_element(sum, child) : sum;
    }
    return sum_text(sum, NULL);
}

/* Return a number that is equal for equal elements, and hardly ever for others (FNV-1a); not 0. */
guint64 sum_of(const xmlNode *node)
{
    return sum_element(G_GUINT64_CONSTANT(0xcbf29ce484222325), node) | 1;
}

static bool has_same_attributes(const xmlNode *one, const xmlNode *other)
{
    const xmlAttr *mine = one->properties, *theirs = other->properties;
    for (; mine != NULL && theirs != NULL; mine = mine->next, theirs = theirs->next) {
        const xmlChar *value = mine->children != NULL ? mine->children->content : NULL;
        if (!xmlStrEqual(mine->name, theirs->name)
            || !xmlStrEqual(value, theirs->children != NULL ? theirs->children->content : NULL)) {
            return false;
        }
    }
    return mine == theirs;
}

/* Tell whether two elements are equal in all, the order of attributes and children included. */
bool is_same_xml(const xmlNode *one, const xmlNode *other)
{
    if (one->type != other->type || !xmlStrEqual(one->name, other->name)) {
        return false;
    }
    if (one->type != XML_ELEMENT_NODE) {
        return xmlStrEqual(one->content, other->content);
    }
    const xmlNode *mine = one->children, *theirs = other->children;
    for (; mine != NULL && theirs != NULL; mine = mine->next, theirs = theirs->next) {
        if (!is_same_xml(mine, theirs)) {
            return false;
        }
    }
    return mine == theirs && has_same_attributes(one, other);
}

void discard(xmlNode *node)
{
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

void discard_all(xmlNode *parent, const char *name)
{
    for (xmlNode *child = child_of(parent, name); child != NULL; child = child_of(parent, name)) {
        discard(child);
    }
}

/* Append text to the answer, with what XML gives a meaning escaped. */
void say_escaped(const char *text)
{
    char *escaped = g_markup_escape_text(text, -1);
    for (const char *at = escaped; *at != '\0'; at++) {
        if (*at == '\n' || *at == '\t') {
            g_string_append_printf(answer, "&#%d;", *at); /* an attribute would have them read as spaces */
        } else {
            g_string_append_c(answer, *at);
        }
    }
    g_free(escaped);
}

void say_attribute(const char *name, const char *value)
{
    if (value != NULL) {
        g_string_append_printf(answer, " %s=\"", name);
        say_escaped(value);
        g_string_append_c(answer, '"');
    }
}

void say_error(const char *why, const char *whom)
{
    g_string_assign(answer, "<error>");
    say_escaped(why);
    say_escaped(whom);
    g_string_append(answer, "</error>");
}
