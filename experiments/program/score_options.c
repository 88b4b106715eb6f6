#include "experiments/program/score_options.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

score_choice score_choice_default(void)
{
    return (score_choice){.threshold = (double)NAN};
}

/// "A:B", two positions.
static bool read_window(const char *text, int64_t *from, int64_t *to)
{
    char *colon = NULL;
    char *end = NULL;
    *from = strtoll(text, &colon, 10);
    if (colon == text || *colon != ':') {
        return false;
    }
    *to = strtoll(colon + 1, &end, 10);
    return end != colon + 1 && *end == '\0' && *from >= 1 && *from <= *to;
}

int score_choice_check(const command *self, score_choice *choice)
{
    const bool has_threshold = !isnan(choice->threshold);
    if ((choice->last > 0) + (choice->window != NULL) + choice->is_area + has_threshold > 1) {
        return fail_usage(self,
                          "--last, --window, --area and --threshold: choose one, they all say "
                          "what of a series is a run's score");
    }
    if (choice->is_lower && choice->is_higher) {
        return fail_usage(self, "--lower and --higher: choose one");
    }
    if (choice->is_median && choice->is_iqm) {
        return fail_usage(self, "--median and --iqm: choose one");
    }
    if (choice->smooth > 0 && !has_threshold) {
        return fail_usage(self, "--smooth is of --threshold; give both");
    }
    rill_reading *reading = &choice->reading;
    *reading = (rill_reading){.last = choice->last,
                              .threshold = choice->threshold,
                              .width = choice->smooth,
                              .better = choice->is_lower    ? RILL_BETTER_LOWER
                                        : choice->is_higher ? RILL_BETTER_HIGHER
                                                            : RILL_BETTER_NEITHER};
    reading->kind = has_threshold            ? RILL_READ_THRESHOLD
                    : choice->is_area        ? RILL_READ_AREA
                    : choice->window != NULL ? RILL_READ_WINDOW
                                             : RILL_READ_LAST;
    if (choice->window != NULL && !read_window(choice->window, &reading->from, &reading->to)) {
        return fail_usage(
            self,
            "--window: \"%.60s\" is not A:B, two positions from 1, A not beyond B, as in "
            "401:500",
            choice->window);
    }
    choice->options = (rill_summary_options){
        .statistic = choice->is_median ? RILL_STATISTIC_MEDIAN_SCORE
                     : choice->is_iqm  ? RILL_STATISTIC_IQM
                                       : RILL_STATISTIC_MEAN,
        .is_bootstrap = choice->is_bootstrap || choice->is_median || choice->is_iqm,
        .bootstrap = rill_bootstrap_default(),
    };
    return EXIT_DONE;
}

/// The window that an experiment's configuration asks for; 0 when it does not.
static int64_t window_of_config(const char *config)
{
    cJSON *json = cJSON_Parse(config);
    const cJSON *summary = cJSON_GetObjectItemCaseSensitive(json, "summary");
    const cJSON *last = cJSON_GetObjectItemCaseSensitive(summary, "last");
    int64_t window = cJSON_IsNumber(last) ? (int64_t)last->valuedouble : 0;
    cJSON_Delete(json);
    return window;
}

/// What `take_run` needs.
typedef struct collection {
    rill_scores *scores;
    int64_t max_runs;
    int32_t max_variants;
} collection;

static rill_status take_run(void *context, rill_run *run, rill_error *error)
{
    const collection *c = context;
    const bool is_wanted = run->run < c->max_runs && run->variant < c->max_variants;
    return is_wanted ? rill_scores_add(c->scores, run, error) : RILL_OK;
}

rill_status scores_read(rill_store *store, const score_choice *choice, int64_t max_runs,
                        int32_t max_variants, rill_scores **scores, rill_error *error)
{
    rill_reading reading = choice->reading;
    if (reading.kind == RILL_READ_LAST && reading.last == 0) {
        reading.last = window_of_config(rill_store_config(store));
    }
    rill_status status = rill_scores_create(scores, &reading, error);
    if (status == RILL_OK) {
        collection context = {*scores, max_runs, max_variants};
        status = rill_store_each(store, take_run, &context, error);
    }
    return status;
}

/// Whether a metric is in the table, of any variant.
static const char *find_metric(const rill_scores *scores, const char *metric)
{
    for (size_t i = 0; i < scores->n_rows; i++) {
        if (strcmp(scores->rows[i].metric, metric) == 0) {
            return scores->rows[i].metric;
        }
    }
    return NULL;
}

const char *score_choice_metric(const score_choice *choice, const rill_scores *scores,
                                rill_error *error)
{
    static const char *const usual[] = {"evaluation_return", "return"};
    const char *found = NULL;
    if (scores->n_rows == 0) {
        found = NULL;
    } else if (choice->metric != NULL) {
        found = find_metric(scores, choice->metric);
    } else {
        for (size_t i = 0; i < 2 && found == NULL; i++) {
            found = find_metric(scores, usual[i]);
        }
        if (found == NULL && scores->n_rows > 0) {
            found = scores->rows[0].metric;
        }
    }
    if (found == NULL && scores->n_rows == 0) {
        rill_error_set(error, RILL_INVALID, "", "there is no finished run yet: nothing to rank");
    } else if (found == NULL) {
        // all variants record the same, as a rule: the first one's metrics
        char recorded[256] = "";
        size_t used = 0;
        for (size_t i = 0; i < scores->n_rows && used < sizeof recorded &&
                           scores->rows[i].variant == scores->rows[0].variant;
             i++) {
            used += (size_t)snprintf(recorded + used, sizeof recorded - used, "%s%s",
                                     i == 0 ? "" : ", ", scores->rows[i].metric);
        }
        rill_error_set(error, RILL_INVALID, "--metric", "\"%.60s\" was not recorded; there is: %s",
                       choice->metric, recorded);
    }
    return found;
}

int format_window(rill_unit unit, int64_t first, int64_t last, char *text, size_t size)
{
    const char *name = rill_unit_name(unit);
    if (first == last) {
        return snprintf(text, size, "%.*s %" PRId64, (int)strlen(name) - 1, name, last);
    }
    return snprintf(text, size, "%s %" PRId64 "-%" PRId64, name, first, last);
}

void describe_score(const rill_score_row *row, char *text, size_t size)
{
    char window[80];
    const rill_reading *reading = &row->reading;
    if (reading->kind == RILL_READ_THRESHOLD && reading->width == 1) {
        snprintf(text, size, "%s until it is %s %.6g", rill_unit_name(row->unit),
                 reading->better == RILL_BETTER_LOWER ? "at most" : "at least", reading->threshold);
    } else if (reading->kind == RILL_READ_THRESHOLD) {
        snprintf(window, sizeof window, "%" PRId64, reading->width);
        snprintf(text, size, "%s until the mean of %s points is %s %.6g", rill_unit_name(row->unit),
                 reading->width > 0 ? window : "a twentieth of the",
                 reading->better == RILL_BETTER_LOWER ? "at most" : "at least", reading->threshold);
    } else {
        format_window(row->unit, row->first, row->last, window, sizeof window);
        snprintf(text, size, "%s%s", row->first == row->last ? "at " : "mean of ", window);
    }
}
