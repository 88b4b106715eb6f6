/// Experiment files: what is run, until when, and what is recorded. Everything is checked here, before
/// anything runs or is written.
#include "experiments/experiment.h"

#include "experiments/experiment_file.h"
#include "experiments/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TASKS (INT64_C(1) << 32) // a byte each is kept of whether they are done

enum { MAX_EXACT = 1 << 30 }; // counts that JSON's doubles and every loop can hold

static rill_status read_stop(rill_experiment *experiment, const cJSON *root, rill_error *error)
{
    static const char *const keys[] = {"episodes", "steps", NULL};
    const cJSON *json = NULL;
    rill_status status = json_get_object(root, "stop", experiment->n_variants > 0, &json, error);
    if (status != RILL_OK || json == NULL) {
        return status;
    }
    status = json_check_keys(json, keys, error);
    if (status == RILL_OK) {
        status = json_get_integer(json, "episodes", false, 1, MAX_EXACT, &experiment->stop_episodes,
                                  error);
    }
    if (status == RILL_OK) {
        status = json_get_integer(json, "steps", false, 1, INT64_C(1) << 53,
                                  &experiment->stop_steps, error);
    }
    if (status == RILL_OK && experiment->stop_episodes == 0 && experiment->stop_steps == 0) {
        status = rill_error_set(error, RILL_INVALID, "",
                                "give \"episodes\", \"steps\", or both (whichever comes first)");
    }
    return status == RILL_OK ? RILL_OK : rill_error_prefix(error, status, "stop");
}

/// "unit", where it is given.
static rill_status read_unit(const cJSON *json, rill_unit *unit, rill_error *error)
{
    const char *text = rill_unit_name(*unit);
    const rill_status status = json_get_text(json, "unit", false, &text, error);
    *unit = strcmp(text, "steps") == 0 ? RILL_STEPS : RILL_EPISODES;
    if (status == RILL_OK && strcmp(text, rill_unit_name(*unit)) != 0) {
        return rill_error_set(error, RILL_INVALID, "unit",
                              "\"%.40s\" is neither \"episodes\" nor \"steps\"", text);
    }
    return status;
}

/// "return", or {"metric": "rms_error", "every": 1000, "unit": "steps"}
static rill_status read_record(rill_record *record, const cJSON *json, rill_error *error)
{
    static const char *const keys[] = {"metric", "every", "unit", NULL};
    const char *metric = json->valuestring;
    rill_status status = RILL_OK;
    *record = (rill_record){.unit = RILL_EPISODES, .every = 1};
    if (cJSON_IsObject(json)) {
        status = json_check_keys(json, keys, error);
        status = status == RILL_OK ? json_get_text(json, "metric", true, &metric, error) : status;
        if (status == RILL_OK) {
            status = json_get_integer(json, "every", false, 1, MAX_EXACT, &record->every, error);
        }
        status = status == RILL_OK ? read_unit(json, &record->unit, error) : status;
    } else if (!cJSON_IsString(json)) {
        status = rill_error_set(error, RILL_INVALID, "",
                                "found %s, expected a metric: a text, or an object with \"metric\"",
                                json_kind(json));
    }
    if (status != RILL_OK) {
        return status;
    }
    record->metric = rill_metric_read(metric, &record->index, error);
    if (record->metric == NULL) {
        return RILL_INVALID;
    }
    if (record->metric->is_of_evaluation) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%s is recorded by \"evaluation\", not by \"record\"",
                              record->metric->id);
    }
    if (record->unit == RILL_STEPS && record->metric->is_per_episode) {
        return rill_error_set(error, RILL_INVALID, "unit",
                              "%s describes whole episodes; it cannot be recorded every few steps",
                              record->metric->id);
    }
    return RILL_OK;
}

/// "return" of every episode or, where none ever ends, "reward" at a hundred points.
static rill_record default_record(const rill_experiment *experiment)
{
    const int64_t every = experiment->stop_steps / 100;
    return experiment->can_end
               ? (rill_record){rill_metric_find("return", NULL), RILL_EPISODES, 1, 0}
               : (rill_record){rill_metric_find("reward", NULL), RILL_STEPS, every < 1 ? 1 : every,
                               0};
}

/// Refuses to record what happens after episodes where none ever ends.
static rill_status check_record(const rill_experiment *experiment, const rill_record *record,
                                rill_error *error)
{
    if (experiment->can_end || record->unit == RILL_STEPS) {
        return RILL_OK;
    }
    const rill_record other = default_record(experiment);
    char name[48], instead[48];
    rill_metric_write(record->metric, record->index, name);
    rill_metric_write(record->metric->is_per_episode ? other.metric : record->metric, record->index,
                      instead);
    return rill_error_set(
        error, RILL_INVALID, "",
        "no episode ever ends, so \"%s\" by episodes has no point; write {\"metric\": \"%s\", "
        "\"every\": %" PRId64 ", \"unit\": \"steps\"}",
        name, instead, other.every);
}

static rill_status read_records(rill_experiment *experiment, const cJSON *root, rill_error *error)
{
    const cJSON *json = NULL;
    rill_status status = json_get_array(root, "record", false, &json, error);
    if (status != RILL_OK) {
        return status;
    }
    int n = json == NULL ? 1 : cJSON_GetArraySize(json);
    experiment->records = calloc((size_t)n + 1, sizeof *experiment->records);
    if (experiment->records == NULL) {
        return rill_error_no_memory(error);
    }
    if (json == NULL) {
        experiment->records[experiment->n_records++] = default_record(experiment);
    }
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json) {
        rill_record *record = &experiment->records[experiment->n_records];
        status = read_record(record, element, error);
        status = status == RILL_OK ? check_record(experiment, record, error) : status;
        for (size_t i = 0; i < experiment->n_records && status == RILL_OK; i++) {
            if (experiment->records[i].metric == record->metric &&
                experiment->records[i].index == record->index) {
                char name[48];
                rill_metric_write(record->metric, record->index, name);
                status = rill_error_set(
                    error, RILL_INVALID, "",
                    "\"%s\" is recorded twice; name it once, by episodes or by steps", name);
            }
        }
        if (status != RILL_OK) {
            char place[32];
            snprintf(place, sizeof place, "record[%zu]", experiment->n_records);
            return rill_error_prefix(error, status, place);
        }
        experiment->n_records++;
    }
    return RILL_OK;
}

static rill_status read_evaluation(rill_experiment *experiment, const cJSON *root,
                                   rill_error *error)
{
    static const char *const keys[] = {"every", "unit", "episodes", "max_steps", NULL};
    const cJSON *json = NULL;
    rill_evaluation *evaluation = &experiment->evaluation;
    rill_status status = json_get_object(root, "evaluation", false, &json, error);
    if (status != RILL_OK || json == NULL) {
        return status;
    }
    evaluation->unit = RILL_EPISODES;
    evaluation->episodes = 1;
    evaluation->max_steps = 10000;
    status = json_check_keys(json, keys, error);
    if (status == RILL_OK) {
        status = json_get_integer(json, "every", true, 1, MAX_EXACT, &evaluation->every, error);
    }
    if (status == RILL_OK) {
        status =
            json_get_integer(json, "episodes", false, 1, MAX_EXACT, &evaluation->episodes, error);
    }
    if (status == RILL_OK) {
        status =
            json_get_integer(json, "max_steps", false, 1, MAX_EXACT, &evaluation->max_steps, error);
    }
    status = status == RILL_OK ? read_unit(json, &evaluation->unit, error) : status;
    if (status == RILL_OK && evaluation->unit == RILL_EPISODES && !experiment->can_end) {
        status =
            rill_error_set(error, RILL_INVALID, "",
                           "no episode ever ends, so there is no time for one between episodes; "
                           "add \"unit\": \"steps\", or set environment.max_episode_steps");
    }
    return status == RILL_OK ? RILL_OK : rill_error_prefix(error, status, "evaluation");
}

static rill_status read_text_member(const cJSON *root, const char *key, char **copy,
                                    rill_error *error)
{
    const char *text = "";
    rill_status status = json_get_text(root, key, false, &text, error);
    *copy = strdup(text);
    if (status == RILL_OK && *copy == NULL) {
        return rill_error_no_memory(error);
    }
    return status;
}

const char *const keep_agents_names[] = {[RILL_KEEP_SMALL] = "small",
                                         [RILL_KEEP_NONE] = "none",
                                         [RILL_KEEP_FIRST] = "first",
                                         [RILL_KEEP_ALL] = "all",
                                         NULL};

static rill_status read_keep_agents(rill_experiment *experiment, const cJSON *root,
                                    rill_error *error)
{
    const char *text = keep_agents_names[RILL_KEEP_SMALL];
    const rill_status status = json_get_text(root, "keep_agents", false, &text, error);
    for (int i = 0; status == RILL_OK && keep_agents_names[i] != NULL; i++) {
        if (strcmp(text, keep_agents_names[i]) == 0) {
            experiment->keep_agents = (rill_keep_agents)i;
            return RILL_OK;
        }
    }
    return status != RILL_OK
               ? status
               : rill_error_set(error, RILL_INVALID, "keep_agents",
                                "found \"%.40s\", expected small, none, first or all", text);
}

static rill_status read_experiment(rill_experiment *experiment, const cJSON *root,
                                   const char *const *overrides, rill_error *error)
{
    static const char *const keys[] = {
        "$schema",    "extends", "name", "source", "note",        "environment",
        "agents",     "sweep",   "stop", "runs",   "seed",        "record",
        "evaluation", "summary", "plot", "expect", "keep_agents", NULL};
    static const char *const summary_keys[] = {"last", NULL};
    experiment->runs = 1;
    if (!cJSON_IsObject(root)) {
        return rill_error_set(error, RILL_INVALID, "",
                              "found %s, expected an object with \"environment\" and \"agents\"",
                              json_kind(root));
    }
    const char *schema = NULL; // for editors alone
    rill_status status = json_check_keys(root, keys, error);
    status = status == RILL_OK ? json_get_text(root, "$schema", false, &schema, error) : status;
    status = status == RILL_OK ? read_text_member(root, "name", &experiment->name, error) : status;
    if (status == RILL_OK) {
        status = read_text_member(root, "source", &experiment->source, error);
    }
    status = status == RILL_OK ? read_text_member(root, "note", &experiment->note, error) : status;
    int64_t seed = 0;
    if (status == RILL_OK) {
        status = json_get_integer(root, "seed", false, 0, INT64_C(1) << 53, &seed, error);
    }
    experiment->seed = (uint64_t)seed;
    status = status == RILL_OK ? variants_read(experiment, root, overrides, error) : status;
    status = status == RILL_OK ? read_stop(experiment, root, error) : status;
    status = status == RILL_OK ? feasibility_check(experiment, error) : status;
    status = status == RILL_OK ? read_records(experiment, root, error) : status;
    status = status == RILL_OK ? read_evaluation(experiment, root, error) : status;
    if (status == RILL_OK) {
        status = json_get_integer(root, "runs", false, 1, MAX_EXACT, &experiment->runs, error);
    }
    if (status == RILL_OK && experiment->runs > MAX_TASKS / (experiment->n_variants + 1)) {
        status = rill_error_set(error, RILL_INVALID, "runs",
                                "%" PRId64 " runs of each of %d variants are too many, at most "
                                "%" PRId64 " in all are possible",
                                experiment->runs, (int)experiment->n_variants, MAX_TASKS);
    }
    status = status == RILL_OK ? read_keep_agents(experiment, root, error) : status;
    const cJSON *summary = NULL;
    if (status == RILL_OK) {
        status = json_get_object(root, "summary", false, &summary, error);
    }
    if (status == RILL_OK && summary != NULL) {
        status = json_check_keys(summary, summary_keys, error);
        if (status == RILL_OK) {
            status = json_get_integer(summary, "last", true, 1, MAX_EXACT,
                                      &experiment->summary_last, error);
        }
        if (status != RILL_OK) {
            return rill_error_prefix(error, status, "summary");
        }
    }
    status = status == RILL_OK ? feasibility_prepare(experiment, error) : status;
    status = status == RILL_OK ? expect_read(experiment, root, error) : status;
    status = status == RILL_OK ? figures_check(experiment, root, error) : status;
    return status == RILL_OK ? resolve_experiment(experiment, root, error) : status;
}

/// Refuses a series that would end before its first point.
static rill_status check_point(const rill_experiment *experiment, const char *place, rill_unit unit,
                               int64_t every, rill_error *error)
{
    const int64_t end = unit == RILL_STEPS ? experiment->stop_steps : experiment->stop_episodes;
    if (end == 0 || every <= end) {
        return RILL_OK;
    }
    return rill_error_set(error, RILL_INVALID, place,
                          "%" PRId64 " is beyond the end of a run, stop.%s %" PRId64
                          ", so that nothing would be recorded",
                          every, rill_unit_name(unit), end);
}

static rill_status check_points(const rill_experiment *experiment, rill_error *error)
{
    const rill_evaluation *evaluation = &experiment->evaluation;
    rill_status status =
        check_point(experiment, "evaluation.every", evaluation->unit, evaluation->every, error);
    for (size_t i = 0; i < experiment->n_records && status == RILL_OK; i++) {
        char place[48];
        snprintf(place, sizeof place, "record[%zu].every", i);
        status = check_point(experiment, place, experiment->records[i].unit,
                             experiment->records[i].every, error);
    }
    return status;
}

/// Reads a file or, with a `text`, that in its place; results hold texts of runs that were tried out.
static rill_status read_file(rill_experiment **out, const char *path, const char *text,
                             const char *const *overrides, rill_error *error)
{
    *out = NULL;
    rill_experiment *experiment = NULL;
    experiment_file file = {0};
    rill_status status = experiment_file_read(&file, path, text, overrides, error);
    if (status == RILL_OK) {
        experiment = calloc(1, sizeof *experiment);
        status = experiment == NULL ? rill_error_no_memory(error)
                                    : read_experiment(experiment, file.root, overrides, error);
        const bool is_as_written = overrides == NULL || overrides[0] == NULL;
        if (status == RILL_OK && is_as_written) { // else it may be tried out in shorter runs
            status = expect_check_windows(experiment, error);
            status = status == RILL_OK && text == NULL ? check_points(experiment, error) : status;
        }
        experiment_file_place(&file, status, error);
    }
    experiment_file_clear(&file);
    if (status != RILL_OK) {
        rill_experiment_destroy(experiment);
        return status;
    }
    *out = experiment;
    return RILL_OK;
}

rill_status rill_experiment_parse(rill_experiment **experiment, const char *text,
                                  const char *const *overrides, rill_error *error)
{
    return read_file(experiment, NULL, text, overrides, error);
}

rill_status rill_experiment_load(rill_experiment **experiment, const char *path,
                                 const char *const *overrides, rill_error *error)
{
    return read_file(experiment, path, NULL, overrides, error);
}

void rill_experiment_destroy(rill_experiment *experiment)
{
    if (experiment == NULL) {
        return;
    }
    variants_destroy(experiment); // they look into worlds
    for (size_t i = 0; i < experiment->n_expects; i++) {
        expect_clear(&experiment->expects[i]);
    }
    for (int32_t i = 0; i < experiment->n_worlds; i++) {
        world_destroy(experiment->worlds[i]);
    }
    free(experiment->worlds);
    free(experiment->records);
    free(experiment->expects);
    free(experiment->name);
    free(experiment->source);
    free(experiment->note);
    free(experiment->resolved);
    free(experiment);
}
