/// The metrics that look at weights and values, and those that hold them against exact ones.
#ifndef RILL_EXPERIMENTS_METRICS_H
#define RILL_EXPERIMENTS_METRICS_H

#include <rill/recorder.h>

extern const rill_metric metric_of_agent;
extern const rill_metric metric_optimal_actions;
extern const rill_metric metric_policy_value, metric_policy_value_current;
extern const rill_metric metric_projected_bellman_error;
extern const rill_metric metric_q_rms_error;
extern const rill_metric metric_q_rms_error_current;
extern const rill_metric metric_q_rms_error_current_stationary;
extern const rill_metric metric_q_rms_error_stationary;
extern const rill_metric metric_rms_error;
extern const rill_metric metric_rms_error_current;
extern const rill_metric metric_rms_error_current_stationary;
extern const rill_metric metric_rms_error_stationary;
extern const rill_metric metric_start_squared_error;
extern const rill_metric metric_start_value;
extern const rill_metric metric_value;
extern const rill_metric metric_weight;
extern const rill_metric metric_weight_norm;

/// The index of a number that agents have under a name; -1: none has one.
int64_t agent_metric_find(const char *name);
/// And back.
const char *agent_metric_name(int64_t index);
/// What it is, in a line; `is_rate`: the value in force of a parameter that this line is about.
const char *agent_metric_summary(int64_t index, bool *is_rate);
/// Whether an agent has the number that `index` stands for. RILL_INVALID says what it has in its place.
rill_status agent_metric_check(const rill_agent *agent, int64_t index, rill_error *error);

#endif
