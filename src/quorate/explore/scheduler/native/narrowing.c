/* Lists of the scheduler's, made short where it looks for few in all. Part of the worker: see main.c.
 *
 * Twice it goes through all that there is, again and again: for each history of each node through all resources, for
 * those that it is of; and for each action that a probe or monitor goes before through all actions, to take a mark off
 * those that it came to from there. Where that begins, its own list is exchanged for one of those that can be concerned;
 * and put back when it has looked. Resources keep their order; that of actions is nothing to who takes marks off.
 */

#include "worker.h"

static GHashTable *called; /* resources by each name that a history of theirs may have; NULL: nothing is decided now */
static GList *all_resources, *few_resources; /* the scheduler's own list, and what it has instead; NULL: it has its own */
static GList *all_actions, *few_actions;
static bool in_turn; /* resources are gone through, one by one */

static void call(const char *name, pe_resource_t *resource)
{
    GPtrArray *some = g_hash_table_lookup(called, name);
    if (some == NULL) {
        some = g_ptr_array_new();
        g_hash_table_insert(called, (gpointer) name, some);
    }
    g_ptr_array_add(some, resource);
}

static void note_called(GList *resources)
{
    for (GList *one = resources; one != NULL; one = one->next) {
        pe_resource_t *resource = one->data;
        call(resource->id, resource);
        if (resource->clone_name != NULL && strcmp(resource->clone_name, resource->id) != 0) {
            call(resource->clone_name, resource);
        }
        note_called(resource->children);
    }
}

/* The state is read, and the scheduler is going to decide. */
void begin_narrowing(void)
{
    called = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
    note_called(working_set->resources);
}

bool is_deciding(void)
{
    return called != NULL;
}

static bool runs_on(const pe_resource_t *resource, const char *node)
{
    for (const GList *on = resource->running_on; on != NULL; on = on->next) {
        if (strcmp(((const pe_node_t *) on->data)->details->uname, node) == 0) {
            return true;
        }
    }
    return false;
}

/* Tell whether a resource is no concern of the one who looks at a history: it asks whether that is of another agent, and
 * then about what is active on the node. */
static bool is_passed_over(const pe_resource_t *resource, const xmlNode *history, const char *node)
{
    return resource->variant == pe_native && !pcmk_is_set(resource->flags, pe_rsc_orphan)
           && is_same(history, resource->xml, XML_ATTR_TYPE) && is_same(history, resource->xml, XML_AGENT_ATTR_CLASS)
           && is_same(history, resource->xml, XML_AGENT_ATTR_PROVIDER) && !runs_on(resource, node);
}

static void show_all_resources(void)
{
    if (few_resources != NULL) {
        working_set->resources = all_resources;
        g_clear_pointer(&few_resources, g_list_free);
    }
}

/* Show the scheduler only the resources that a history is of. */
static void show_some_resources(const GPtrArray *some)
{
    for (guint i = some->len; i-- > 0;) {
        const pe_resource_t *one = g_ptr_array_index(some, i);
        if (one->variant != pe_native || pcmk_is_set(one->flags, pe_rsc_orphan)) {
            g_clear_pointer(&few_resources, g_list_free); /* it would be left before anybody asks where it is */
            return;
        }
        few_resources = g_list_prepend(few_resources, (gpointer) one);
    }
    all_resources = working_set->resources;
    working_set->resources = few_resources;
}

/* Before it looks at a history, the scheduler asks this; then it looks through all resources for those that it is of. */
gboolean xml_has_children(const xmlNode *node)
{
    if (node == NULL || node->children == NULL) {
        return FALSE;
    }
    if (called == NULL || !is_named(node, XML_LRM_TAG_RESOURCE)) {
        return TRUE;
    }
    show_all_resources();
    const char *where = get_or(node->parent->parent->parent, XML_ATTR_UNAME, "");
    const GPtrArray *some = g_hash_table_lookup(called, get_or(node, XML_ATTR_ID, ""));
    for (guint i = 0; some != NULL && i < some->len; i++) {
        if (!is_passed_over(g_ptr_array_index(some, i), node, where)) {
            show_some_resources(some);
            return TRUE;
        }
    }
    return FALSE;
}

/* When it has found them, it asks this of each. */
pe_node_t *pe_find_node_id(GList *nodes, const char *id)
{
    static pe_node_t *(*slow)(GList *, const char *);
    slow = slow != NULL ? slow : (pe_node_t * (*) (GList *, const char *)) theirs("pe_find_node_id");
    show_all_resources();
    return slow(nodes, id);
}

/* Tell whether the scheduler may go on from an action to one that comes after it, looking for what starts again. */
static bool may_go_on(const pe_action_t *from, const pe_action_wrapper_t *to)
{
    return pcmk_is_set(to->type, pe_order_implies_then) || (from->rsc != NULL && from->rsc->variant != pe_native);
}

/* Return all actions that it may come to when it begins with these and goes on. */
static GList *reached_from(GList *actions)
{
    GHashTable *reached = g_hash_table_new(NULL, NULL);
    GPtrArray *waiting = g_ptr_array_new();
    for (; actions != NULL; actions = actions->next) {
        for (GList *after = ((pe_action_t *) actions->data)->actions_after; after != NULL; after = after->next) {
            g_ptr_array_add(waiting, ((pe_action_wrapper_t *) after->data)->action);
        }
    }
    while (waiting->len > 0) {
        pe_action_t *one = g_ptr_array_remove_index_fast(waiting, waiting->len - 1);
        for (GList *after = g_hash_table_add(reached, one) ? one->actions_after : NULL; after; after = after->next) {
            if (may_go_on(one, after->data)) {
                g_ptr_array_add(waiting, ((pe_action_wrapper_t *) after->data)->action);
            }
        }
    }
    GList *found = g_hash_table_get_keys(reached);
    g_ptr_array_unref(waiting);
    g_hash_table_destroy(reached);
    return found;
}

static void show_all_actions(void)
{
    if (all_actions != NULL) {
        if (working_set->actions != few_actions) {
            abort(); /* another library than the one that this was made for: it adds actions in between */
        }
        working_set->actions = all_actions;
        all_actions = NULL;
        g_clear_pointer(&few_actions, g_list_free);
    }
}

/* As GLib's. When the scheduler goes through all resources it is going to ask for the monitors of each, or it is not. */
void g_list_foreach(GList *list, GFunc function, gpointer data)
{
    bool first = called != NULL && !in_turn && list != NULL && data == working_set && list == working_set->resources;
    in_turn = in_turn || first;
    for (GList *next = NULL; list != NULL; list = next) {
        next = list->next;
        function(list->data, data);
    }
    if (first) {
        in_turn = false;
        show_all_actions();
    }
}

/* When the scheduler asks for a resource's monitors, it goes on from each to what comes after it. */
GList *pe__resource_actions(const pe_resource_t *resource, const pe_node_t *node, const char *task, bool require_node)
{
    static GList *(*slow)(const pe_resource_t *, const pe_node_t *, const char *, bool);
    if (slow == NULL) {
        slow = (GList * (*) (const pe_resource_t *, const pe_node_t *, const char *, bool)) theirs("pe__resource_actions");
    }
    GList *found = slow(resource, node, task, require_node);
    if (in_turn && node == NULL && task != NULL && strcmp(task, RSC_STATUS) == 0) {
        show_all_actions();
        all_actions = working_set->actions;
        working_set->actions = few_actions = reached_from(found);
    }
    return found;
}

/* The scheduler has decided; its lists are its own again. */
void end_narrowing(void)
{
    show_all_resources();
    show_all_actions();
    g_clear_pointer(&called, g_hash_table_destroy);
}
