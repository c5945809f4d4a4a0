/* Facts: lines from which state.py makes the digest of a state. Part of the worker: see main.c. */

#include "worker.h"

static const char *node_name(const state_t *state, const xmlNode *member)
{
    const char *id = get_or(member, XML_ATTR_ID, "");
    const char *name = get(child_with(state->nodes->xml, XML_CIB_TAG_NODE, XML_ATTR_ID, id), XML_ATTR_UNAME);
    return get_or(member, XML_ATTR_UNAME, name != NULL ? name : id);
}

/* Append a line of words, given up to a NULL. A word with a line break in it stays on its line. */
static void add_line(GString *lines, ...)
{
    va_list words;
    gsize begin = lines->len;
    va_start(words, lines);
    for (const char *word = va_arg(words, const char *); word != NULL; word = va_arg(words, const char *)) {
        g_string_append_printf(lines, "%s ", word);
    }
    va_end(words);
    for (gsize i = begin; i < lines->len; i++) {
        if (lines->str[i] == '\n' || lines->str[i] == '\r') {
            lines->str[i] = ' ';
        }
    }
    g_string_append_c(lines, '\n');
}

static bool is_failure(const xmlNode *op)
{
    static const char *const WELL[] = {"0", "7", "8", "190", "193", NULL};
    return !g_strv_contains(WELL, get_or(op, XML_LRM_ATTR_RC, ""))
           || g_str_has_suffix(get_or(op, XML_ATTR_ID, ""), "_last_failure_0");
}

static char *history_facts(const char *name, const xmlNode *history)
{
    GString *lines = g_string_new("");
    EACH(op, history, XML_LRM_TAG_RSC_OP) {
        if (is_failure(op)) {
            char **resource = g_strsplit(get_or(history, XML_ATTR_ID, ""), ":", 2);
            add_line(lines, "failure", name, resource[0], get_or(op, XML_LRM_ATTR_TASK, ""),
                     get_or(op, XML_LRM_ATTR_INTERVAL_MS, "0"), get_or(op, XML_LRM_ATTR_RC, ""), NULL);
            g_strfreev(resource);
        }
    }
    return g_string_free(lines, FALSE);
}

static char *member_facts(const char *name, const part_t *member)
{
    GString *lines = g_string_new("");
    EACH(attributes, member->xml, XML_TAG_TRANSIENT_NODEATTRS) {
        EACH(set, attributes, XML_TAG_ATTR_SETS) {
            EACH(pair, set, XML_CIB_TAG_NVPAIR) {
                const char *attribute = get_or(pair, XML_NVPAIR_ATTR_NAME, "");
                if (!g_str_has_prefix(attribute, "last-failure-")) {
                    add_line(lines, "attribute", name, attribute, get_or(pair, XML_NVPAIR_ATTR_VALUE, ""), NULL);
                }
            }
        }
    }
    for (guint i = 0; i < member->histories->len; i++) {
        part_t *history = g_ptr_array_index(member->histories, i);
        if (history->facts == NULL) {
            history->facts = history_facts(name, history->xml);
        }
        g_string_append(lines, history->facts);
    }
    return g_string_free(lines, FALSE);
}

static int by_text(gconstpointer one, gconstpointer other)
{
    return strcmp(*(const char *const *) one, *(const char *const *) other);
}

static void add_ticket(GString *lines, const xmlNode *ticket)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    for (const xmlAttr *one = ticket->properties; one != NULL; one = one->next) {
        const char *name = (const char *) one->name;
        if (strcmp(name, XML_ATTR_ID) != 0 && strcmp(name, "last-granted") != 0) {
            g_ptr_array_add(words, g_strdup_printf("%s=%s", name, get_or(ticket, name, "")));
        }
    }
    g_ptr_array_sort(words, by_text);
    g_ptr_array_add(words, NULL);
    char *rest = g_strjoinv(" ", (char **) words->pdata);
    add_line(lines, "ticket", get_or(ticket, XML_ATTR_ID, ""), rest, NULL);
    g_free(rest);
    g_ptr_array_free(words, TRUE);
}

void say_facts(state_t *state)
{
    GString *lines = g_string_new("");
    xmlNode *dc = child_with(state->nodes->xml, XML_CIB_TAG_NODE, XML_ATTR_ID, state->dc != NULL ? state->dc : "");
    add_line(lines, "quorum", state->quorum, NULL);
    add_line(lines, "dc", get_or(dc, XML_ATTR_UNAME, ""), NULL);
    EACH(node, state->nodes->xml, XML_CIB_TAG_NODE) {
        EACH(set, node, XML_TAG_ATTR_SETS) {
            EACH(pair, set, XML_CIB_TAG_NVPAIR) {
                if (strcmp(get_or(pair, XML_NVPAIR_ATTR_NAME, ""), "standby") == 0) {
                    add_line(lines, "standby", get_or(node, XML_ATTR_UNAME, ""),
                             get_or(pair, XML_NVPAIR_ATTR_VALUE, ""), NULL);
                }
            }
        }
    }
    for (guint i = 0; i < state->members->len; i++) {
        part_t *part = g_ptr_array_index(state->members, i);
        if (part->facts == NULL) {
            part->facts = member_facts(node_name(state, part->xml), part);
        }
        g_string_append(lines, part->facts);
    }
    EACH(ticket, state->tickets != NULL ? state->tickets->xml : NULL, XML_CIB_TAG_TICKET_STATE) {
        add_ticket(lines, ticket);
    }
    g_string_append(answer, "<facts>");
    say_escaped(lines->str);
    g_string_append(answer, "</facts>");
    g_string_free(lines, TRUE);
}
