/* Functions of Pacemaker's own, answered sooner. Part of the worker: see main.c.
 *
 * Each has the name, the arguments and the answer of one of the library's, and the linker gives it to Pacemaker's
 * libraries instead. Most of what a run of the scheduler asks is asked again and again, or can be told from less; what
 * cannot is asked of the library's own. They were chosen by a profile (callgrind) of what explore asks of 5 nodes with
 * 60 resources, and of 16 with 300.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RTLD_NEXT */
#endif
#include <dlfcn.h>

#include "worker.h"

/* Return the library's own function. */
void *theirs(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) {
        abort(); /* another library than the one it was compiled for */
    }
    return found;
}

/* What an operation is called: RESOURCE_TASK_INTERVAL. */
char *pcmk__op_key(const char *resource, const char *task, guint interval_ms)
{
    char digits[16], *at = digits + sizeof digits;
    size_t first = strlen(resource), second = strlen(task);
    do {
        *--at = (char) ('0' + interval_ms % 10);
        interval_ms /= 10;
    } while (interval_ms > 0);
    size_t third = (size_t) (digits + sizeof digits - at);
    char *key = malloc(first + second + third + 3);
    if (key == NULL) {
        abort();
    }
    memcpy(key, resource, first);
    key[first] = '_';
    memcpy(key + first + 1, task, second);
    key[first + 1 + second] = '_';
    memcpy(key + first + second + 2, at, third);
    key[first + second + 2 + third] = '\0';
    return key;
}

/* Nobody traces by tag here, which is all that Pacemaker asks this for, before every line that it could log. */
GQuark g_quark_try_string(const gchar *tag)
{
    (void) tag;
    return 0;
}

/* What the scheduler wrote into its input that is to be as before: (element, old value) of op-restart-digest. */
typedef struct {
    xmlNode *op;
    char *before;
} mark_t;

static GArray *marks;

const char *crm_xml_add(xmlNode *node, const char *name, const char *value)
{
    static const char *(*slow)(xmlNode *, const char *, const char *);
    slow = slow != NULL ? slow : (const char *(*)(xmlNode *, const char *, const char *)) theirs("crm_xml_add");
    if (value != NULL && !is_deciding() && marks != NULL && strcmp(value, "calculated-failure-timeout") == 0) {
        mark_t mark = {node, g_strdup(get(node, name))};
        g_array_append_val(marks, mark);
    }
    return slow(node, name, value);
}

/* The target result of an operation is the third of the numbers in its key. One that is written in another way is left to
 * the library. */
int pe__target_rc_from_xml(const xmlNode *op)
{
    static int (*slow)(const xmlNode *);
    const char *at = get_or(op, XML_ATTR_TRANSITION_KEY, "");
    long number = 0;
    for (int i = 0; i < 3; i++) {
        char *end = NULL;
        if (!g_ascii_isdigit(*at)) {
            break;
        }
        number = strtol(at, &end, 10);
        if (*end != ':' || end - at > 9) {
            break;
        }
        at = end + 1;
        if (i == 2 && strlen(at) == 36 && strcspn(at, " \t\n") == 36) {
            return (int) number;
        }
    }
    slow = slow != NULL ? slow : (int (*)(const xmlNode *)) theirs("pe__target_rc_from_xml");
    return slow(op);
}

/* All that is a member of the cluster has its name among its attributes. */
const char *pe_node_attribute_raw(const pe_node_t *node, const char *name)
{
    static const char *(*slow)(const pe_node_t *, const char *);
    if (node != NULL && node->details->type == node_member && strcmp(name, CRM_ATTR_UNAME) == 0) {
        return node->details->uname;
    }
    slow = slow != NULL ? slow : (const char *(*)(const pe_node_t *, const char *)) theirs("pe_node_attribute_raw");
    return slow(node, name);
}

/* A run begins: the state is going to be read. */
void begin_shortcuts(void)
{
    marks = g_array_new(FALSE, FALSE, sizeof(mark_t));
}

/* The run is over. */
void end_shortcuts(void)
{
    end_finding();
    end_counting();
    for (guint i = marks->len; i-- > 0;) {
        mark_t *mark = &g_array_index(marks, mark_t, i);
        if (mark->before != NULL) {
            crm_xml_add(mark->op, XML_LRM_ATTR_RESTART_DIGEST, mark->before);
        } else {
            xml_remove_prop(mark->op, XML_LRM_ATTR_RESTART_DIGEST);
        }
        g_free(mark->before);
    }
    g_clear_pointer(&marks, g_array_unref);
}
