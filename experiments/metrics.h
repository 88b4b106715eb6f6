/// The metrics that look at weights and values, and those that hold them against exact ones.
#ifndef RILL_EXPERIMENTS_METRICS_H
#define RILL_EXPERIMENTS_METRICS_H

#include <rill/recorder.h>

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

#endif
