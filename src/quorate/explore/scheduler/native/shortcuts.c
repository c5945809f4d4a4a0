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

/* Tell whether a node has an attribute that may be a fail count of a resource. Without one the count is 0. */
static bool may_have_failed(const pe_node_t *node, const pe_resource_t *resource)
{
    static const char COUNT[] = "fail-count-";
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    const char *name = resource->clone_name != NULL ? resource->clone_name : resource->id;
    size_t length = strcspn(name, ":");
    bool exact = resource->fillers == NULL && strspn(name, PLAIN) == length; /* it stands in an expression */
    GHashTableIter all;
    gpointer key = NULL;
    g_hash_table_iter_init(&all, node->details->attrs);
    while (g_hash_table_iter_next(&all, &key, NULL)) {
        if (strncmp(key, COUNT, sizeof COUNT - 1) == 0
            && (!exact || strncmp((const char *) key + sizeof COUNT - 1, name, length) == 0)) {
            return true;
        }
    }
    return false;
}

typedef int (*failcount_t)(pe_node_t *, pe_resource_t *, time_t *, uint32_t, xmlNode *, pe_working_set_t *);

int pe_get_failcount(pe_node_t *node, pe_resource_t *resource, time_t *last, uint32_t flags, xmlNode *op,
                     pe_working_set_t *set)
{
    static failcount_t slow;
    slow = slow != NULL ? slow : (failcount_t) theirs("pe_get_failcount");
    return may_have_failed(node, resource) ? slow(node, resource, last, flags, op, set) : 0;
}

/* Resources by id, as far as the library has found them in this run. */
static GHashTable *found_by_id;

pe_resource_t *pe_find_resource(GList *resources, const char *id)
{
    static pe_resource_t *(*slow)(GList *, const char *);
    slow = slow != NULL ? slow : (pe_resource_t * (*) (GList *, const char *)) theirs("pe_find_resource");
    if (resources == NULL || id == NULL || resources != working_set->resources) {
        return slow(resources, id);
    }
    if (found_by_id == NULL) {
        found_by_id = g_hash_table_new(g_str_hash, g_str_equal);
    }
    pe_resource_t *found = g_hash_table_lookup(found_by_id, id);
    if (found == NULL) {
        found = slow(resources, id);
        if (found != NULL && strcmp(found->id, id) == 0) { /* else by a name that may become another's */
            g_hash_table_insert(found_by_id, found->id, found);
        }
    }
    return found;
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

/* A run begins: the state is going to be read. */
void begin_shortcuts(void)
{
    marks = g_array_new(FALSE, FALSE, sizeof(mark_t));
}

/* The run is over. */
void end_shortcuts(void)
{
    end_narrowing();
    g_clear_pointer(&found_by_id, g_hash_table_destroy);
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
