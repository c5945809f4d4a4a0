/* Digests of parameters, held against those in a history once. Part of the worker: see main.c.
 *
 * In every run the scheduler digests the parameters of whatever runs, three times over, to see whether they are still
 * those that it was started with. Where the configuration has no rules they depend on nothing but the configuration,
 * which stays as it is: what was found to match once matches for ever. What does not match, is part of a bundle or
 * connects to a remote node is always looked at, and so is all without quorum, where the library may decide on the way
 * to demote a resource.
 */

#include "worker.h"

/* What the library says of a comparison, as far as it matters here: libpe_status has it so, behind a longer name. */
typedef struct {
    int result; /* 0: the same */
    void *details[6];
} compared_t;

typedef compared_t *(*compare_t)(pe_resource_t *, xmlNode *, pe_node_t *, pe_working_set_t *);

static GHashTable *same; /* what was found to match, as text; NULL where parameters may change */

static bool has_rules(const xmlNode *node)
{
    for (const xmlNode *child = node != NULL ? node->children : NULL; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE && (is_named(child, XML_TAG_RULE) || has_rules(child))) {
            return true;
        }
    }
    return false;
}

/* A base was read. */
void begin_comparing(void)
{
    g_clear_pointer(&same, g_hash_table_destroy);
    if (!has_rules(child_of(configuration, XML_CIB_TAG_RESOURCES))
        && !has_rules(child_of(configuration, XML_CIB_TAG_RSCCONFIG))
        && !has_rules(child_of(configuration, XML_CIB_TAG_OPCONFIG))) {
        same = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    }
}

static bool is_plain(pe_resource_t *resource, const pe_working_set_t *set)
{
    return same != NULL && resource->container == NULL && !resource->is_remote_node
           && pcmk_is_set(set->flags, pe_flag_have_quorum) && uber_parent(resource)->variant != pe_container;
}

/* Tell whether a record is the only one of its operation on the node. Of several, the library makes the digests for the
 * one that it is asked about first, and holds all against these. */
static bool is_alone(const xmlNode *op)
{
    if (op->parent == NULL || strchr(get_or(op->parent, XML_ATTR_ID, ":"), ':') != NULL) {
        return false; /* of an instance, which may have another one without its number */
    }
    EACH(other, op->parent, XML_LRM_TAG_RSC_OP) {
        if (other != op && is_same(other, op, XML_LRM_ATTR_TASK) && is_same(other, op, XML_LRM_ATTR_INTERVAL_MS)) {
            return false;
        }
    }
    return true;
}

/* Return all that a comparison depends on; no text has the character that divides it. */
static char *asked(const pe_resource_t *resource, const xmlNode *op)
{
    static const char *const SAYS[] = {XML_LRM_ATTR_TASK, XML_LRM_ATTR_INTERVAL_MS, XML_ATTR_CRM_VERSION,
                                       XML_LRM_ATTR_OP_DIGEST, XML_LRM_ATTR_RESTART_DIGEST, XML_LRM_ATTR_OP_RESTART,
                                       XML_LRM_ATTR_OP_SECURE, NULL};
    GString *text = g_string_sized_new(256);
    g_string_append_len(text, resource->id, (gssize) strcspn(resource->id, ":"));
    for (int i = 0; SAYS[i] != NULL; i++) {
        const char *value = get(op, SAYS[i]);
        g_string_append_c(text, value != NULL ? '\1' : '\2');
        g_string_append(text, value != NULL ? value : "");
    }
    return g_string_free(text, FALSE);
}

compared_t *rsc_action_digest_cmp(pe_resource_t *resource, xmlNode *op, pe_node_t *node, pe_working_set_t *set)
{
    static compare_t slow;
    static compared_t match;
    slow = slow != NULL ? slow : (compare_t) theirs("rsc_action_digest_cmp");
    if (!is_plain(resource, set) || !is_alone(op)) {
        return slow(resource, op, node, set);
    }
    char *text = asked(resource, op);
    if (g_hash_table_contains(same, text)) {
        g_free(text);
        return &match;
    }
    compared_t *found = slow(resource, op, node, set);
    if (found->result == 0) {
        g_hash_table_add(same, text);
    } else {
        g_free(text);
    }
    return found;
}
