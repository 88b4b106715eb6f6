/// Expectations about a metric over a window.
#include "experiments/expect.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/// When a metric is recorded: the interval, 0 where it never is.
static int64_t find_interval(const rill_experiment *experiment, const char *metric, rill_unit *unit)
{
    *unit = RILL_EPISODES;
    if (strcmp(metric, "evaluation_return") == 0 || strcmp(metric, "evaluation_length") == 0) {
        *unit = experiment->evaluation.unit;
        return experiment->evaluation.every;
    }
    for (size_t i = 0; i < experiment->n_records; i++) {
        char name[48];
        rill_metric_write(experiment->records[i].metric, experiment->records[i].index, name);
        if (strcmp(name, metric) == 0) {
            *unit = experiment->records[i].unit;
            return experiment->records[i].every;
        }
    }
    return 0;
}

/// "mean" or "median".
static rill_status read_statistic(const cJSON *json, rill_expect *expect, rill_error *error)
{
    const char *statistic = "mean";
    rill_status status = json_get_text(json, "statistic", false, &statistic, error);
    expect->is_median = strcmp(statistic, "median") == 0;
    if (status == RILL_OK && !expect->is_median && strcmp(statistic, "mean") != 0) {
        return rill_error_set(error, RILL_INVALID, "statistic",
                              "\"%.40s\" is neither \"mean\" nor \"median\"", statistic);
    }
    return status;
}

/// [first, last]
static rill_status read_window(const cJSON *window, rill_expect *expect, rill_error *error)
{
    const cJSON *first = cJSON_GetArrayItem(window, 0);
    const cJSON *last = cJSON_GetArrayItem(window, 1);
    if (cJSON_GetArraySize(window) != 2 || !cJSON_IsNumber(first) || !cJSON_IsNumber(last) ||
        !(first->valuedouble >= 1.0 && first->valuedouble <= last->valuedouble &&
          last->valuedouble <= 9007199254740992.0) ||
        first->valuedouble != floor(first->valuedouble) ||
        last->valuedouble != floor(last->valuedouble)) {
        return rill_error_set(error, RILL_INVALID, "window",
                              "expected [first, last], counted from 1, in episodes or steps");
    }
    expect->first = (int64_t)first->valuedouble;
    expect->last = (int64_t)last->valuedouble;
    return RILL_OK;
}

rill_status expect_read_metric(const rill_experiment *experiment, const cJSON *json,
                               rill_expect *expect, rill_error *error)
{
    const cJSON *window = NULL;
    rill_unit unit = RILL_EPISODES;
    rill_status status = expect_read_agent(experiment, json, expect, error);
    status = status == RILL_OK ? expect_copy_text(json, "metric", &expect->metric, error) : status;
    if (status == RILL_OK && find_interval(experiment, expect->metric, &unit) == 0) {
        return rill_error_set(error, RILL_INVALID, "metric",
                              "\"%.60s\" is not recorded; add it to \"record\" (evaluation_return "
                              "and evaluation_length come with \"evaluation\")",
                              expect->metric);
    }
    status = status == RILL_OK ? read_statistic(json, expect, error) : status;
    if (status == RILL_OK) {
        status = json_get_real(json, "published", true, -1e300, 1e300, &expect->published, error);
    }
    status = status == RILL_OK ? json_get_array(json, "window", true, &window, error) : status;
    return status == RILL_OK ? read_window(window, expect, error) : status;
}

/// Whether runs have points in the window of an expectation, and go on to its end.
static rill_status check_window(const rill_experiment *experiment, const rill_expect *expect,
                                rill_error *error)
{
    rill_unit unit = RILL_EPISODES;
    const int64_t every = find_interval(experiment, expect->metric, &unit);
    const int64_t end = unit == RILL_STEPS ? experiment->stop_steps : experiment->stop_episodes;
    if (end > 0 && expect->last > end) {
        return rill_error_set(error, RILL_INVALID, "window",
                              "%" PRId64 " is beyond the end of a run, stop.%s %" PRId64,
                              expect->last, rill_unit_name(unit), end);
    }
    if (expect->last / every == (expect->first - 1) / every) {
        return rill_error_set(error, RILL_INVALID, "window",
                              "no point lies in it: %s is recorded every %" PRId64 " %s",
                              expect->metric, every, rill_unit_name(unit));
    }
    return RILL_OK;
}

rill_status expect_check_windows(const rill_experiment *experiment, rill_error *error)
{
    for (size_t i = 0; i < experiment->n_expects; i++) {
        const rill_expect *expect = &experiment->expects[i];
        if (expect->kind == RILL_EXPECT_METRIC &&
            check_window(experiment, expect, error) != RILL_OK) {
            char place[32];
            snprintf(place, sizeof place, "expect[%zu]", i);
            return rill_error_prefix(error, RILL_INVALID, place);
        }
    }
    return RILL_OK;
}
