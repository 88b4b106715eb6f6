#include "experiments/program/describe_metrics.h"

#include "experiments/metrics.h"

#include <stdio.h>
#include <string.h>

bool find_agent_metric(const char *id, const char **name, const char **summary)
{
    const int64_t index = agent_metric_find(id);
    bool is_rate = false;
    if (index >= 0) {
        *name = agent_metric_name(index);
        *summary = agent_metric_summary(index, &is_rate);
    }
    return index >= 0;
}

/// Room for names.
typedef struct name_list {
    const char **names;
    size_t size, n;
} name_list;

static void add_name(void *context, const char *name, const char *summary)
{
    (void)summary;
    name_list *list = context;
    if (list->n < list->size) {
        list->names[list->n++] = name;
    }
}

size_t list_agent_metrics(const char **names, size_t size)
{
    name_list list = {names, size, 0};
    rill_agent_metric_visit(add_name, &list);
    return list.n;
}

static bool does_measure(const rill_agent_type *type, const char *id)
{
    const rill_agent_measure *measure = type->measures;
    while (measure != NULL && measure->id != NULL && strcmp(measure->id, id) != 0) {
        measure++;
    }
    return measure != NULL && measure->id != NULL;
}

void print_metric_better(const char *id)
{
    const rill_metric *metric = rill_metric_find(id, NULL);
    if (metric != NULL && metric->better != RILL_BETTER_NEITHER) {
        printf("%-15s %s\n", "better", metric->better == RILL_BETTER_HIGHER ? "higher" : "lower");
    }
}

void print_metric_owners(const char *id)
{
    const int64_t index = agent_metric_find(id);
    bool is_rate = false;
    if (index < 0) {
        return;
    }
    agent_metric_summary(index, &is_rate);
    if (is_rate) {
        printf(
            "%-15s the rate in force, of agents with a parameter of this name, or whose policy or "
            "distribution has one\n",
            "value");
        return;
    }
    const char *separator = "";
    printf("%-15s ", "agents");
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        if (does_measure(*type, id)) {
            printf("%s%s", separator, (*type)->id);
            separator = ", ";
        }
    }
    putchar('\n');
}

void print_measures(const rill_agent_measure *measures)
{
    if (measures == NULL) {
        return;
    }
    int width = 0;
    for (const rill_agent_measure *m = measures; m->id != NULL; m++) {
        const int length = (int)strlen(m->id);
        width = length > width ? length : width;
    }
    printf("\nmetrics of its own:\n");
    for (const rill_agent_measure *m = measures; m->id != NULL; m++) {
        printf("  %-*s  %s\n", width, m->id, m->summary);
    }
}

void add_measures(cJSON *object, const rill_agent_measure *measures)
{
    cJSON *array = cJSON_AddArrayToObject(object, "measures");
    for (const rill_agent_measure *m = measures; m != NULL && m->id != NULL; m++) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "id", m->id);
        cJSON_AddStringToObject(row, "summary", m->summary);
        cJSON_AddItemToArray(array, row);
    }
}
