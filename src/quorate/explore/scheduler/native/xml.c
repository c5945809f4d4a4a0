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

const sum_t NO_SUM = {G_GUINT64_CONSTANT(0xcbf29ce484222325), G_GUINT64_CONSTANT(0x84222325cbf29ce4)};

static void add_byte(sum_t *sum, guchar byte)
{
    sum->one = (sum->one ^ byte) * G_GUINT64_CONSTANT(0x100000001b3); /* FNV-1a */
    sum->other = ((sum->other << 23 | sum->other >> 41) ^ byte) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
}

void add_text(sum_t *sum, const char *text)
{
    for (; text != NULL && *text != '\0'; text++) {
        add_byte(sum, (guchar) *text);
    }
    add_byte(sum, text != NULL ? 0xff : 0xfe); /* no text has these bytes */
}

void add_sum(sum_t *sum, const sum_t *more)
{
    for (int shift = 0; shift < 64; shift += 8) {
        add_byte(sum, (guchar) (more->one >> shift));
        add_byte(sum, (guchar) (more->other >> shift));
    }
}

void add_element(sum_t *sum, const xmlNode *node)
{
    add_text(sum, (const char *) node->name);
    for (const xmlAttr *one = node->properties; one != NULL; one = one->next) {
        add_text(sum, (const char *) one->name);
        add_text(sum, one->children != NULL ? (const char *) one->children->content : "");
    }
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE) {
            add_element(sum, child);
        }
    }
    add_text(sum, NULL);
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
