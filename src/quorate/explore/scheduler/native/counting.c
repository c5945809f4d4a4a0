/* Fail counts, which hardly any resource has. Part of the worker: see main.c.
 *
 * The library asks for the fail count of each resource on each node, and looks through all attributes of the node for
 * it. Here those that may be one are looked for once in a run, for each node; without one of a resource its count is 0.
 */

#include "worker.h"

static GHashTable *counts_of; /* of a node -> counted_t, as far as somebody asked */

/* The names of a node's attributes that may be fail counts. size: how many attributes it had when they were found. */
typedef struct {
    guint size;
    GPtrArray *names;
} counted_t;

static const char COUNT[] = "fail-count-";

static void free_counted(gpointer data)
{
    counted_t *counted = data;
    g_ptr_array_unref(counted->names);
    g_free(counted);
}

/* Return the attributes of a node that may be fail counts. The library has read all of a node's before it asks for the
 * first count there. */
static const GPtrArray *counts(const pe_node_t *node)
{
    GHashTable *attributes = node->details->attrs;
    if (counts_of == NULL) {
        counts_of = g_hash_table_new_full(NULL, NULL, NULL, free_counted);
    }
    counted_t *counted = g_hash_table_lookup(counts_of, node->details);
    if (counted == NULL || counted->size != g_hash_table_size(attributes)) {
        GHashTableIter all;
        gpointer name = NULL;
        counted = g_new0(counted_t, 1);
        counted->size = g_hash_table_size(attributes);
        counted->names = g_ptr_array_new();
        g_hash_table_iter_init(&all, attributes);
        while (g_hash_table_iter_next(&all, &name, NULL)) {
            if (strncmp(name, COUNT, sizeof COUNT - 1) == 0) {
                g_ptr_array_add(counted->names, name);
            }
        }
        g_hash_table_replace(counts_of, node->details, counted);
    }
    return counted->names;
}

/* The run is over. */
void end_counting(void)
{
    g_clear_pointer(&counts_of, g_hash_table_destroy);
}

/* Tell whether so much of a name means itself alone where it stands in an expression: by one the library looks for
 * counts. */
bool means_itself(const char *name, size_t length)
{
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    return strspn(name, PLAIN) >= length;
}

/* Tell whether a node has an attribute that may be a fail count of a resource. */
static bool may_have_failed(const pe_node_t *node, const pe_resource_t *resource)
{
    const GPtrArray *names = counts(node);
    if (names->len == 0) {
        return false;
    }
    const char *name = resource->clone_name != NULL ? resource->clone_name : resource->id;
    size_t length = strcspn(name, ":");
    bool exact = resource->fillers == NULL && means_itself(name, length);
    for (guint i = 0; i < names->len; i++) {
        if (!exact || strncmp((const char *) g_ptr_array_index(names, i) + sizeof COUNT - 1, name, length) == 0) {
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
