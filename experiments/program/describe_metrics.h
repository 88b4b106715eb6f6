/// What `rill describe` says about metrics that agents have under names of their own.
#ifndef RILL_PROGRAM_DESCRIBE_METRICS_H
#define RILL_PROGRAM_DESCRIBE_METRICS_H

#include <cjson/cJSON.h>
#include <rill/agent.h>
#include <stdbool.h>
#include <stddef.h>

/// Finds one by its name; the texts are there as long as the program.
bool find_agent_metric(const char *id, const char **name, const char **summary);

/// Their names, at most `size`; answers how many.
size_t list_agent_metrics(const char **names, size_t size);

/// Prints which values of a metric are better; nothing where it depends.
void print_metric_better(const char *id);

/// Prints who has the metric of this name; nothing where it is everybody's.
void print_metric_owners(const char *id);

/// Prints what a type of agent measures, a table that may be NULL.
void print_measures(const rill_agent_measure *measures);

/// The same as an array "measures".
void add_measures(cJSON *object, const rill_agent_measure *measures);

#endif
