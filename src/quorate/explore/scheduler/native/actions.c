/* Actions looked for in lists, sooner. Part of the worker: see main.c.
 *
 * The scheduler keeps a resource's actions in a list, and looks in it for one of a name, and mostly on a node, for each
 * ordering, probe and instance. It compares the names first, letter by letter, by a function of many purposes; here the
 * nodes are compared first, which takes a look at two addresses.
 */

#include "worker.h"

/* Tell whether two names are equal, the case of letters aside. */
static bool is_called(const char *one, const char *other)
{
    if (one == NULL || other == NULL) {
        return one == other;
    }
    while (*one == *other || g_ascii_tolower(*one) == g_ascii_tolower(*other)) {
        if (*one == '\0') {
            return true;
        }
        one++;
        other++;
    }
    return false;
}

static bool is_elsewhere(const pe_action_t *action, const pe_node_t *node)
{
    return node != NULL && action->node != NULL && action->node->details != node->details;
}

pe_action_t *find_first_action(const GList *actions, const char *key, const char *task, const pe_node_t *node)
{
    for (; actions != NULL && (key != NULL || task != NULL); actions = actions->next) {
        pe_action_t *action = actions->data;
        if (is_elsewhere(action, node) || (node != NULL && action->node == NULL)
            || (key != NULL && !is_called(key, action->uuid)) || (task != NULL && !is_called(task, action->task))) {
            continue;
        }
        return action;
    }
    return NULL;
}

/* One that has no node yet gets the one that is asked for. */
GList *find_actions(GList *actions, const char *key, const pe_node_t *node)
{
    GList *found = NULL;
    for (; actions != NULL; actions = actions->next) {
        pe_action_t *action = actions->data;
        if (is_elsewhere(action, node) || !is_called(key, action->uuid)) {
            continue;
        }
        if (node != NULL && action->node == NULL) {
            action->node = pe__copy_node(node);
        }
        found = g_list_prepend(found, action);
    }
    return found;
}
