/// The metrics that hold an agent against exact values.
#ifndef RILL_EXPERIMENTS_METRICS_H
#define RILL_EXPERIMENTS_METRICS_H

#include <rill/recorder.h>

extern const rill_metric metric_optimal_actions;
extern const rill_metric metric_policy_value, metric_policy_value_current;
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

#endif
