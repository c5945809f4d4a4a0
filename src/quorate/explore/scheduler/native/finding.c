/* Resources looked for by name. Part of the worker: see main.c.
 *
 * A resource is found by its id, by what it is called in the configuration, or by what a history calls an instance,
 * which is one of these two with or without a number. The library compares all resources with a name, one after the
 * other, and their instances; here it is shown those that are called so, and only their instances are compared.
 */

#include "worker.h"

typedef pe_resource_t *(*find_t)(GList *, const char *, enum pe_find);

static GHashTable *tops; /* name -> the resources of the top level that have it, or a child with it, in their order */

static void note_name(const char *name, const pe_resource_t *top)
{
    GPtrArray *some = name != NULL ? g_hash_table_lookup(tops, name) : NULL;
    if (name != NULL && some == NULL) {
        some = g_ptr_array_new();
        g_hash_table_insert(tops, (gpointer) name, some);
    }
    if (some != NULL && (some->len == 0 || g_ptr_array_index(some, some->len - 1) != top)) {
        g_ptr_array_add(some, (gpointer) top);
    }
}

static void note_names(const pe_resource_t *resource, const pe_resource_t *top)
{
    note_name(resource->id, top);
    note_name(get(resource->xml, XML_ATTR_ID), top);
    for (const GList *child = resource->children; child != NULL; child = child->next) {
        note_names(child->data, top);
    }
}

/* The run is over. */
void end_finding(void)
{
    g_clear_pointer(&tops, g_hash_table_destroy);
}

/* All resources that are configured have been read; histories may add others. */
void begin_finding(void)
{
    end_finding();
    tops = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
    for (const GList *top = working_set->resources; top != NULL; top = top->next) {
        note_names(top->data, top->data);
    }
}

static bool is_on(const pe_resource_t *resource, const pe_node_t *node, int flags)
{
    if (pcmk_is_set(flags, pe_find_current) && resource->running_on != NULL) {
        for (const GList *on = resource->running_on; on != NULL; on = on->next) {
            if (((const pe_node_t *) on->data)->details == node->details) {
                return true;
            }
        }
        return false;
    }
    if (pcmk_is_set(flags, pe_find_inactive) && resource->running_on == NULL) {
        return true;
    }
    return !pcmk_is_set(flags, pe_find_current) && resource->allocated_to != NULL
           && resource->allocated_to->details == node->details;
}

static bool is_called(const pe_resource_t *resource, const char *name, int flags, bool of_clone)
{
    if (pcmk_is_set(flags, pe_find_clone)) {
        return of_clone
               && (strcmp(name, resource->id) == 0 || strcmp(name, get_or(resource->xml, XML_ATTR_ID, "")) == 0);
    }
    return strcmp(name, resource->id) == 0
           || (pcmk_is_set(flags, pe_find_renamed) && resource->clone_name != NULL
               && strcmp(resource->clone_name, name) == 0);
}

static pe_resource_t *find_in(pe_resource_t *resource, const char *name, const pe_node_t *node, int flags,
                              bool of_clone)
{
    if ((node == NULL || is_on(resource, node, flags)) && is_called(resource, name, flags, of_clone)) {
        return resource;
    }
    for (const GList *child = resource->children; child != NULL; child = child->next) {
        pe_resource_t *one = child->data;
        of_clone = resource->variant == pe_container ? one->variant == pe_clone : of_clone;
        pe_resource_t *found = find_in(one, name, node, flags, of_clone);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

/* Find a resource, or a child of it, by its name, and on a node if one is told. */
pe_resource_t *native_find_rsc(pe_resource_t *resource, const char *name, const pe_node_t *node, int flags)
{
    typedef pe_resource_t *(*slow_t)(pe_resource_t *, const char *, const pe_node_t *, int);
    static slow_t slow;
    if (resource == NULL || name == NULL || (flags & (pe_find_any | pe_find_anon)) != 0) {
        slow = slow != NULL ? slow : (slow_t) theirs("native_find_rsc");
        return slow(resource, name, node, flags);
    }
    return find_in(resource, name, node, flags, uber_parent(resource)->variant == pe_clone);
}

static pe_resource_t *find_among(const GPtrArray *some, const char *name, enum pe_find flags)
{
    for (guint i = 0; some != NULL && i < some->len; i++) {
        pe_resource_t *found = native_find_rsc(g_ptr_array_index(some, i), name, NULL, flags);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

/* Return the first resource that is called so. */
pe_resource_t *pe_find_resource_with_flags(GList *resources, const char *name, enum pe_find flags)
{
    static find_t slow;
    slow = slow != NULL ? slow : (find_t) theirs("pe_find_resource_with_flags");
    if (tops == NULL || name == NULL || resources != working_set->resources
        || (flags & (pe_find_any | pe_find_anon)) != 0) {
        return slow(resources, name, flags);
    }
    const GPtrArray *some = g_hash_table_lookup(tops, name);
    if (some == NULL && strchr(name, ':') != NULL) { /* an instance that a history has by a number */
        char *base = g_strndup(name, (gsize) (strrchr(name, ':') - name));
        some = g_hash_table_lookup(tops, base);
        g_free(base);
    }
    pe_resource_t *found = find_among(some, name, flags);
    return found != NULL ? found : slow(resources, name, flags);
}

pe_resource_t *pe_find_resource(GList *resources, const char *name)
{
    return pe_find_resource_with_flags(resources, name, pe_find_renamed);
}
