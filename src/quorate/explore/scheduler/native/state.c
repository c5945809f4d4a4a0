/* States of the cluster, which share what they have in common. Part of the worker: see main.c. */

#include "worker.h"

part_t *part_of(xmlNode *xml)
{
    part_t *part = g_new0(part_t, 1);
    part->users = 1;
    part->xml = xml;
    return part;
}

static part_t *share(part_t *part)
{
    if (part != NULL) {
        part->users++;
    }
    return part;
}

static void release(gpointer data)
{
    part_t *part = data;
    if (part != NULL && --part->users == 0) {
        g_clear_pointer(&part->histories, g_ptr_array_unref);
        discard(part->xml);
        g_free(part->facts);
        g_free(part);
    }
}

static part_t *take_out(xmlNode *xml)
{
    xmlUnlinkNode(xml);
    return part_of(xml);
}

static xmlNode *histories_in(const part_t *member)
{
    return child_of(child_of(member->xml, XML_CIB_TAG_LRM), XML_LRM_TAG_RESOURCES);
}

/* Make a part of a <node_state>, with its histories as parts of their own: most states have most of them in common. */
part_t *member_of(xmlNode *xml)
{
    part_t *part = part_of(xml);
    part->histories = g_ptr_array_new_with_free_func(release);
    xmlNode *all = histories_in(part);
    for (xmlNode *one = child_of(all, XML_LRM_TAG_RESOURCE); one != NULL; one = child_of(all, XML_LRM_TAG_RESOURCE)) {
        g_ptr_array_add(part->histories, take_out(one));
    }
    return part;
}

static GPtrArray *share_all(const GPtrArray *parts)
{
    GPtrArray *copy = g_ptr_array_new_full(parts->len, release);
    for (guint i = 0; i < parts->len; i++) {
        g_ptr_array_add(copy, share(g_ptr_array_index(parts, i)));
    }
    return copy;
}

/* Return a part's XML for writing: a copy of its own, if other states have it too. */
xmlNode *own(part_t **part)
{
    if ((*part)->users > 1) {
        part_t *copy = part_of(xmlDocCopyNode((*part)->xml, document, 1));
        copy->histories = (*part)->histories != NULL ? share_all((*part)->histories) : NULL;
        release(*part);
        *part = copy;
    }
    g_clear_pointer(&(*part)->facts, g_free);
    (*part)->summed = false;
    (*part)->kind = UNREAD;
    return (*part)->xml;
}

/* Return a history of a member's for writing; NULL where there is none. The member is one for writing itself. */
xmlNode *own_history(part_t *member, guint at)
{
    return at < member->histories->len ? own((part_t **) &g_ptr_array_index(member->histories, at)) : NULL;
}

static void add_part(sum_t *sum, part_t *part)
{
    if (part == NULL) {
        add_text(sum, NULL);
        return;
    }
    if (!part->summed) {
        part->sum = NO_SUM;
        add_element(&part->sum, part->xml);
        part->summed = true;
    }
    add_sum(sum, &part->sum);
    for (guint at = 0; part->histories != NULL && at < part->histories->len; at++) {
        add_part(sum, g_ptr_array_index(part->histories, at));
    }
    add_text(sum, "");
}

/* Return the sum of all that the scheduler can see of a state, to the last attribute. */
sum_t sum_of(state_t *state)
{
    sum_t sum = NO_SUM;
    add_text(&sum, state->quorum);
    add_text(&sum, state->dc);
    add_part(&sum, state->nodes);
    add_part(&sum, state->tickets);
    for (guint i = 0; i < state->members->len; i++) {
        add_part(&sum, g_ptr_array_index(state->members, i));
    }
    return sum;
}

void free_state(state_t *state)
{
    if (state == NULL) {
        return;
    }
    g_ptr_array_unref(state->members);
    release(state->nodes);
    release(state->tickets);
    g_free(state->quorum);
    g_free(state->dc);
    g_free(state);
}

state_t *copy_state(const state_t *state)
{
    state_t *copy = g_new0(state_t, 1);
    copy->quorum = g_strdup(state->quorum);
    copy->dc = g_strdup(state->dc);
    copy->nodes = share(state->nodes);
    copy->tickets = share(state->tickets);
    copy->members = share_all(state->members);
    return copy;
}

/* Take the parts out of a CIB that was just read: what they leave is the frame of all states. */
state_t *first_state(void)
{
    state_t *state = g_new0(state_t, 1);
    state->quorum = g_strdup(get_or(cib, XML_ATTR_HAVE_QUORUM, "0"));
    state->dc = g_strdup(get(cib, XML_ATTR_DC_UUID));
    state->members = g_ptr_array_new_with_free_func(release);
    state->nodes = take_out(child_or_new(configuration, XML_CIB_TAG_NODES, NULL));
    if (child_of(status, XML_CIB_TAG_TICKETS) != NULL) {
        state->tickets = take_out(child_of(status, XML_CIB_TAG_TICKETS));
    }
    for (xmlNode *one = child_of(status, XML_CIB_TAG_STATE); one != NULL; one = child_of(status, XML_CIB_TAG_STATE)) {
        xmlUnlinkNode(one);
        g_ptr_array_add(state->members, member_of(one));
    }
    return state;
}

/* Hang a state's parts into the document: it is a whole CIB until take_apart(). */
void put_together(const state_t *state)
{
    xmlNode *resources = child_of(configuration, XML_CIB_TAG_RESOURCES);
    crm_xml_add(cib, XML_ATTR_HAVE_QUORUM, state->quorum);
    if (state->dc != NULL) {
        crm_xml_add(cib, XML_ATTR_DC_UUID, state->dc);
    }
    if (resources != NULL) {
        xmlAddPrevSibling(resources, state->nodes->xml); /* the schema wants them in this order */
    } else {
        xmlAddChild(configuration, state->nodes->xml);
    }
    for (guint i = 0; i < state->members->len; i++) {
        const part_t *member = g_ptr_array_index(state->members, i);
        xmlNode *all = histories_in(member);
        for (guint at = 0; at < member->histories->len; at++) {
            if (!is_left_out(member, g_ptr_array_index(member->histories, at))) {
                xmlAddChild(all, history_xml(member, at));
            }
        }
        xmlAddChild(status, member->xml);
    }
    if (state->tickets != NULL) {
        xmlAddChild(status, state->tickets->xml);
    }
}

void take_apart(const state_t *state)
{
    xmlUnlinkNode(state->nodes->xml);
    for (guint i = 0; i < state->members->len; i++) {
        const part_t *member = g_ptr_array_index(state->members, i);
        for (guint at = 0; at < member->histories->len; at++) {
            xmlUnlinkNode(history_xml(member, at));
        }
        xmlUnlinkNode(member->xml);
    }
    if (state->tickets != NULL) {
        xmlUnlinkNode(state->tickets->xml);
    }
}
