/* What the parts of the worker know of each other; main.c tells what it is all for. */

#ifndef QUORATE_WORKER_H
#define QUORATE_WORKER_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <glib.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <crm/crm.h>
#include <crm/lrmd.h>
#include <crm/msg_xml.h>
#include <crm/common/iso8601.h>
#include <crm/common/xml.h>
#include <crm/pengine/complex.h>
#include <crm/pengine/pe_types.h>
#include <crm/pengine/status.h>

/* Exported by libpacemaker 2.1 for its own programs; the headers that declare them are not installed. */
typedef struct pcmk__output_s pcmk__output_t;
int pcmk__log_output_new(pcmk__output_t **out);
void pe__register_messages(pcmk__output_t *out);
void pcmk__register_lib_messages(pcmk__output_t *out);
void pcmk__schedule_actions(xmlNode *cib, unsigned long long flags, pe_working_set_t *data_set);
xmlNode *pcmk__create_history_xml(xmlNode *parent, lrmd_event_data_t *event, const char *caller_version, int target_rc,
                                  const char *node, const char *origin);

pe_node_t *pe__copy_node(const pe_node_t *node); /* of libpe_status */

/* What is equal for things that are equal, and for others as good as never: two sums of 64 bits that go different ways. */
typedef struct {
    guint64 one, other;
} sum_t;

/* What a history tells: that its resource was looked for and not found; what any resource may do; or something else. */
typedef enum { UNREAD, IDLE, ORDINARY, TELLING } kind_t;
typedef struct place_s place_t; /* of passing.c */

/* A piece of a state. Until somebody asks, facts (lines that tell what the digest needs of a <node_state>) is NULL, sum
 * (of its XML) is not there: summed is false, and kind is UNREAD. histories: of a <node_state>, a part_t for each
 * <lrm_resource>, which it lacks itself until it is put together; NULL for other pieces. kind, place: of such a history. */
typedef struct {
    int users;
    xmlNode *xml;
    char *facts;
    sum_t sum;
    bool summed;
    kind_t kind;
    place_t *place;
    GPtrArray *histories;
} part_t;

/* A state of the cluster. members: a part_t for each <node_state>, in their order. tickets: NULL if it has none. */
typedef struct {
    char *quorum;
    char *dc;
    part_t *nodes;
    part_t *tickets;
    GPtrArray *members;
} state_t;

/* What the scheduler said of a state. sum: the state's. said: the answer without its end. graph: what is to be done;
 * NULL while it is kept as text: packed. named: of clones, the names that their histories have, if not those of
 * instances. */
typedef struct {
    int users;
    sum_t sum;
    char *said;
    xmlNode *graph;
    char *packed;
    GHashTable *named;
} seen_t;

/* An action of the transition graph. waiting: for how many others. */
typedef struct {
    xmlNode *xml;
    int priority;
    int waiting;
    bool cut, done;
    GArray *then;
} task_t;

extern xmlDoc *document; /* the base without the parts: what all states have in common */
extern xmlNode *cib, *configuration, *status; /* of that document */
extern bool start_failure_fatal;
extern pe_working_set_t *working_set;
extern seen_t *seen;    /* of the state that was looked at last */
extern GPtrArray *plan; /* its graph, as a task_t for each action */
extern GArray *carried; /* indices into plan: what of that is carried out, in this order */
extern GString *answer;

#define EACH(child, parent, name)                                                                                      \
    for (xmlNode *child = (parent) != NULL ? next_named((parent)->children, name) : NULL; child != NULL;              \
         child = next_named(child->next, name))

/* xml.c */
extern const sum_t NO_SUM; /* of nothing */
const char *get(const xmlNode *node, const char *name);
const char *get_or(const xmlNode *node, const char *name, const char *otherwise);
xmlNode *next_named(xmlNode *node, const char *name);
xmlNode *child_of(xmlNode *parent, const char *name);
xmlNode *child_or_new(xmlNode *parent, const char *name, const char *id);
xmlNode *child_with(xmlNode *parent, const char *name, const char *attribute, const char *value);
xmlNode *first_element(xmlNode *parent);
bool is_named(const xmlNode *node, const char *name);
int number(const xmlNode *node, const char *name);
bool is_same(const xmlNode *one, const xmlNode *other, const char *name);
void add_text(sum_t *sum, const char *text);
void add_sum(sum_t *sum, const sum_t *more);
void add_element(sum_t *sum, const xmlNode *node);
void discard(xmlNode *node);
void discard_all(xmlNode *parent, const char *name);
void say_escaped(const char *text);
void say_attribute(const char *name, const char *value);
void say_error(const char *why, const char *whom);

/* shortcuts.c */
void *theirs(const char *name);
void begin_shortcuts(void);
void end_shortcuts(void);

/* finding.c */
void begin_finding(void);
void end_finding(void);

/* counting.c */
bool means_itself(const char *name, size_t length);
void end_counting(void);

/* narrowing.c */
void begin_narrowing(void);
void end_narrowing(void);
bool is_deciding(void);

/* passing.c */
void begin_passing(void);
void begin_leaving_out(const state_t *state);
void end_leaving_out(void);
bool is_left_out(const part_t *member, const part_t *part);

/* tree.c */
void order_operation(xmlNode *op);
xmlDoc *document_of(xmlNode *base);

/* digests.c */
void begin_comparing(void);

/* state.c */
part_t *part_of(xmlNode *xml);
part_t *member_of(xmlNode *xml);
xmlNode *own(part_t **part);
xmlNode *own_history(part_t *member, guint at);
void free_state(state_t *state);
state_t *copy_state(const state_t *state);
sum_t sum_of(state_t *state);
state_t *first_state(void);
void put_together(const state_t *state);
void take_apart(const state_t *state);

/* history.c */
part_t *member(state_t *state, const char *name, const char *id);
void set_membership(xmlNode *member, const char *in_ccm, const char *crmd, const char *join);
void forget(part_t *member);
void is_down(part_t *member);
void set_attribute(xmlNode *member, const char *name, const char *value);
time_t effective_time(void);
bool goes_by_the_clock(void);
void count_failure(xmlNode *member, const char *resource, const char *task, guint interval_ms, int rc);
xmlNode *history_xml(const part_t *member, guint at);
guint history_of(part_t *member, const char *resource, xmlNode *like, bool named);
bool is_instance(const char *instance, const char *primitive);
guint next_history(const part_t *member, guint from, const char *primitive);
void forget_digests(void);
void note_all_digests(const state_t *state);
void lend_digests(xmlNode *history, const char *primitive, const char *task, guint interval_ms);
void record(xmlNode *history, const char *name, const char *task, guint interval_ms, int rc, int expected,
            GHashTable *params);
void elect(state_t *state);

/* step.c */
void apply(state_t *state, xmlNode *step);

/* telling.c */
void say_placement(void);
void say_graph(xmlNode *graph);
void say_done(void);

/* facts.c */
void say_facts(state_t *state);

/* seen.c */
bool see_again(const sum_t *sum);
void see(const sum_t *sum, const char *said, xmlNode *graph, GHashTable *named);
void leave_seen(void);
void forget_all_seen(void);

/* plan.c */
void read_plan(xmlNode *request);
void choose(xmlNode *request);
void carry_out(state_t *state, xmlNode *request);

#endif
