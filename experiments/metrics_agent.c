// Metrics that agents have under names of their own: what their types measure, and rates in force.
//
// A name is looked up at each point in the agent at hand, in this order: the measures of its type, its
// rates, those of the policy that it acts by, those of its distribution. So one record serves agents of
// different types.
#include "experiments/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// The tables that declare names, and how an index tells where: the table, the type by its place in the
/// registry, and the row.
enum { OF_MEASURES, OF_AGENTS, OF_POLICIES, OF_DISTRIBUTIONS, N_TABLES };
enum { ROW_BITS = 8, TYPE_BITS = 16 };

static int64_t index_of(int table, int64_t type, int64_t row)
{
    return ((int64_t)table << (ROW_BITS + TYPE_BITS)) | (type << ROW_BITS) | row;
}

/// The parameters of one of the types that have rates; NULL beyond the last type.
static const rill_param *params_of(int table, int64_t type)
{
    if (table == OF_POLICIES) {
        const rill_policy_type *policy = rill_policy_type_list()[type];
        return policy == NULL ? NULL : policy->params;
    }
    if (table == OF_DISTRIBUTIONS) {
        const rill_distribution_type *distribution = rill_distribution_type_list()[type];
        return distribution == NULL ? NULL : distribution->params;
    }
    const rill_agent_type *agent = rill_agent_type_list()[type];
    return agent == NULL ? NULL : agent->params;
}

/// Asks `is_it` of each name that is declared, until it says yes, and answers the index of that; else -1.
static int64_t search(bool (*is_it)(void *context, int64_t index, const char *name,
                                    const char *summary),
                      void *context)
{
    const rill_agent_type *const *agents = rill_agent_type_list();
    for (int64_t type = 0; agents[type] != NULL; type++) {
        const rill_agent_measure *measure = agents[type]->measures;
        for (int64_t row = 0; measure != NULL && measure[row].id != NULL; row++) {
            const int64_t index = index_of(OF_MEASURES, type, row);
            if (is_it(context, index, measure[row].id, measure[row].summary)) {
                return index;
            }
        }
    }
    for (int table = OF_AGENTS; table < N_TABLES; table++) {
        const rill_param *param = NULL;
        for (int64_t type = 0; (param = params_of(table, type)) != NULL; type++) {
            for (int64_t row = 0; param[row].name != NULL; row++) {
                const int64_t index = index_of(table, type, row);
                if (param[row].kind == RILL_PARAM_SCHEDULE &&
                    is_it(context, index, param[row].name, param[row].doc)) {
                    return index;
                }
            }
        }
    }
    return -1;
}

static bool has_name(void *context, int64_t index, const char *name, const char *summary)
{
    (void)index;
    (void)summary;
    return strcmp(name, *(const char *const *)context) == 0;
}

int64_t agent_metric_find(const char *name)
{
    return search(has_name, &name);
}

/// Where an index leads: to a measure, or to a parameter.
static void resolve(int64_t index, const rill_agent_measure **measure, const rill_param **param)
{
    const int table = (int)(index >> (ROW_BITS + TYPE_BITS));
    const int64_t type = (index >> ROW_BITS) & ((1 << TYPE_BITS) - 1);
    const int64_t row = index & ((1 << ROW_BITS) - 1);
    const bool is_measure = table == OF_MEASURES;
    *measure = is_measure ? &rill_agent_type_list()[type]->measures[row] : NULL;
    *param = is_measure ? NULL : &params_of(table, type)[row];
}

const char *agent_metric_name(int64_t index)
{
    const rill_agent_measure *measure = NULL;
    const rill_param *param = NULL;
    resolve(index, &measure, &param);
    return measure != NULL ? measure->id : param->name;
}

const char *agent_metric_summary(int64_t index, bool *is_rate)
{
    const rill_agent_measure *measure = NULL;
    const rill_param *param = NULL;
    resolve(index, &measure, &param);
    *is_rate = param != NULL;
    return measure != NULL ? measure->summary : param->doc;
}

/// Who is shown names, each once.
typedef struct audience {
    void (*visit)(void *context, const char *name, const char *summary);
    void *context;
} audience;

static bool show(void *context, int64_t index, const char *name, const char *summary)
{
    const audience *to = context;
    bool is_rate = false;
    char text[160];
    agent_metric_summary(index, &is_rate);
    if (agent_metric_find(name) == index) {
        snprintf(text, sizeof text, "%s%s", is_rate ? "rate in force: " : "", summary);
        to->visit(to->context, name, text);
    }
    return false;
}

void rill_agent_metric_visit(void (*visit)(void *context, const char *name, const char *summary),
                             void *context)
{
    audience to = {visit, context};
    search(show, &to);
}

/// What an agent has under a name: one of the two, or neither.
typedef struct quantity {
    const rill_agent_measure *measure;
    const rill_schedule *rate;
    bool is_by_update; ///< steps of the rate are updates, else actions
} quantity;

static const rill_schedule *find_rate(const rill_param *table, const void *params, const char *name)
{
    for (const rill_param *param = table; param->name != NULL; param++) {
        if (param->kind == RILL_PARAM_SCHEDULE && strcmp(param->name, name) == 0) {
            return (const rill_schedule *)((const char *)params + param->offset);
        }
    }
    return NULL;
}

static const rill_schedule *find_rate_of_policy(const rill_policy *policy, const char *name)
{
    return policy->type == NULL ? NULL : find_rate(policy->type->params, policy->params, name);
}

static quantity find_quantity(const rill_agent *agent, const char *name)
{
    quantity found = {NULL, NULL, false};
    const rill_agent_measure *measure = agent->type->measures;
    for (; measure != NULL && measure->id != NULL; measure++) {
        if (strcmp(measure->id, name) == 0) {
            found.measure = measure;
            return found;
        }
    }
    found.rate = find_rate(agent->type->params, agent->params, name);
    found.is_by_update = found.rate != NULL;
    if (found.rate == NULL) {
        found.rate = find_rate_of_policy(&agent->behaviour, name);
    }
    if (found.rate == NULL) {
        found.rate = find_rate_of_policy(&agent->policy, name);
    }
    const rill_distribution *distribution = &agent->actor.distribution;
    if (found.rate == NULL && distribution->type != NULL) {
        found.rate = find_rate(distribution->type->params, distribution->params, name);
    }
    return found;
}

static double measure(const rill_metric_view *view)
{
    const rill_agent *agent = view->agent;
    const quantity found = find_quantity(agent, agent_metric_name(view->index));
    if (found.measure != NULL) {
        return found.measure->measure(agent);
    }
    const rill_agent_memory *memory = agent->memory;
    return found.rate == NULL
               ? (double)NAN
               : rill_schedule_at(found.rate, found.is_by_update ? memory->update : memory->step,
                                  memory->episode);
}

/// Why an agent does not have a quantity of this name; NULL: it has. "" when it knows no such thing.
static const char *find_lack(const rill_agent *agent, const char *name)
{
    const quantity found = find_quantity(agent, name);
    if (found.measure != NULL) {
        return found.measure->lacks == NULL ? NULL : found.measure->lacks(agent);
    }
    if (found.rate == NULL) {
        return "";
    }
    return found.rate->per == RILL_PER_VISIT && found.rate->kind != RILL_SCHEDULE_CONSTANT
               ? "it counts the visits of each estimate, so that there is no one rate"
               : NULL;
}

/// A list of names under way.
typedef struct name_list {
    const rill_agent *agent;
    char *text;
    size_t size, used;
} name_list;

static void add_if_there(void *context, const char *name, const char *summary)
{
    (void)summary;
    name_list *list = context;
    if (find_lack(list->agent, name) == NULL && list->used < list->size) {
        list->used += (size_t)snprintf(list->text + list->used, list->size - list->used, "%s%s",
                                       list->used == 0 ? "" : ", ", name);
    }
}

rill_status agent_metric_check(const rill_agent *agent, int64_t index, rill_error *error)
{
    const char *name = agent_metric_name(index);
    const char *lack = find_lack(agent, name);
    if (lack == NULL) {
        return RILL_OK;
    }
    if (lack[0] != '\0') {
        return rill_error_set(error, RILL_INVALID, "", "this %s has no %s to record: %s",
                              agent->type->id, name, lack);
    }
    char names[160] = "nothing";
    name_list list = {agent, names, sizeof names, 0};
    rill_agent_metric_visit(add_if_there, &list);
    return rill_error_set(
        error, RILL_INVALID, "",
        "%s has no %s; of its own it has %s (`rill describe %s` tells who has it)", agent->type->id,
        name, names, name);
}

const rill_metric metric_of_agent = {
    .id = "(of the agent)",
    .summary = "a number that agents have under a name of its own",
    .may_be_missing = true,
    .is_of_agent = true,
    .measure = measure,
};
