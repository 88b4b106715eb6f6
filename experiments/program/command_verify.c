#include "experiments/program/output_json.h"
#include "experiments/program/program.h"
#include "experiments/program/progress.h"
#include "experiments/program/text_width.h"
#include "experiments/run_one.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <rill/experiment.h>
#include <rill/summary.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// A growing list of texts.
typedef struct text_list {
    char **items;
    size_t count;
} text_list;

static bool text_list_add(text_list *list, const char *text)
{
    char **items = realloc(list->items, (list->count + 1) * sizeof *items);
    if (items == NULL) {
        return false;
    }
    list->items = items;
    items[list->count] = strdup(text);
    return items[list->count] != NULL && ++list->count > 0;
}

static void text_list_release(text_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i]);
    }
    free(list->items);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/// Adds a file, or all *.json below a directory.
static rill_status find_files(const char *path, text_list *files, rill_error *error)
{
    struct stat information;
    if (stat(path, &information) != 0) {
        return rill_error_set(error, RILL_IO, "", "cannot read %s: %s", path, strerror(errno));
    }
    if (!S_ISDIR(information.st_mode)) {
        return text_list_add(files, path) ? RILL_OK : rill_error_no_memory(error);
    }
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return rill_error_set(error, RILL_IO, "", "cannot read %s: %s", path, strerror(errno));
    }
    rill_status status = RILL_OK;
    const struct dirent *entry = NULL;
    while (status == RILL_OK && (entry = readdir(directory)) != NULL) {
        char child[4096];
        if (entry->d_name[0] == '.' ||
            snprintf(child, sizeof child, "%s/%s", path, entry->d_name) >= (int)sizeof child) {
            continue;
        }
        size_t length = strlen(child);
        bool is_json = length > 5 && strcmp(child + length - 5, ".json") == 0;
        if (stat(child, &information) == 0 && (S_ISDIR(information.st_mode) || is_json)) {
            status = find_files(child, files, error);
        }
    }
    closedir(directory);
    return status;
}

/// The runs of one suite, kept in memory.
typedef struct collection {
    rill_run *runs;
    size_t count;
    progress *progress;
} collection;

static rill_status collect(void *context, rill_run *runs, size_t n, rill_error *error)
{
    collection *collected = context;
    rill_run *larger = realloc(collected->runs, (collected->count + n) * sizeof *larger);
    if (larger == NULL) {
        for (size_t i = 0; i < n; i++) {
            rill_run_clear(&runs[i]);
        }
        return rill_error_no_memory(error);
    }
    collected->runs = larger;
    progress_note(collected->progress, runs, n);
    memcpy(larger + collected->count, runs, n * sizeof *runs);
    collected->count += n;
    return RILL_OK;
}

static void show_progress(void *context, const rill_progress *all)
{
    progress_show(((collection *)context)->progress, all);
}

static void add_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value)) {
        cJSON_AddNumberToObject(object, key, value);
    } else {
        cJSON_AddNullToObject(object, key);
    }
}

static void add_verdict(cJSON *rows, const char *suite, const rill_expect *expect,
                        const rill_verdict *verdict)
{
    cJSON *row = cJSON_CreateObject();
    cJSON_AddItemToArray(rows, row);
    cJSON_AddStringToObject(row, "suite", suite);
    cJSON_AddStringToObject(row, "check", expect->check);
    cJSON_AddStringToObject(row, "source", expect->source);
    add_number(row, "published", verdict->published);
    add_number(row, "tolerance", verdict->tolerance);
    add_number(row, "ours", verdict->ours.mean);
    add_number(row, "ci_low", verdict->ours.ci_low);
    add_number(row, "ci_high", verdict->ours.ci_high);
    cJSON_AddBoolToObject(row, "pass", verdict->is_pass);
    cJSON_AddItemToObject(
        row, "reason", verdict->is_pass ? cJSON_CreateNull() : cJSON_CreateString(verdict->reason));
    add_number(row, "state", verdict->state < 0 ? (double)NAN : verdict->state);
    add_number(row, "action", verdict->action < 0 ? (double)NAN : verdict->action);
}

enum { MIN_NAME = 24, MAX_NAME = 64 }; // columns for the names of checks

/// Columns that the names of a file's checks take; longer ones have a line of their own.
static int find_name_width(const rill_experiment *experiment)
{
    int width = MIN_NAME;
    for (size_t i = 0; i < experiment->n_expects; i++) {
        const int own = text_width(experiment->expects[i].check);
        width = own > width && own <= MAX_NAME ? own : width;
    }
    return width;
}

static void print_verdict(const rill_expect *expect, const rill_verdict *verdict, int name_width)
{
    char interval[64] = "exact";
    if (expect->kind != RILL_EXPECT_EXACT) {
        snprintf(interval, sizeof interval, "-");
    }
    if (verdict->ours.n > 0 && isfinite(verdict->ours.ci_low)) {
        snprintf(interval, sizeof interval, "%.5g to %.5g", verdict->ours.ci_low,
                 verdict->ours.ci_high);
    }
    printf("  %s  ", verdict->is_pass ? "pass" : "FAIL");
    if (text_width(expect->check) > name_width) {
        printf("%s\n%*s", expect->check, name_width + 8, "");
    } else {
        print_padded(expect->check, name_width);
    }
    printf(" %11.6g %9.3g %11.6g  %s", verdict->published, verdict->tolerance, verdict->ours.mean,
           interval);
    if (!verdict->is_pass) {
        printf("  %s", verdict->reason);
    }
    if (!verdict->is_pass && verdict->state >= 0) {
        printf(expect->observations == NULL ? ", state %d" : ", observations[%d]", verdict->state);
    }
    if (!verdict->is_pass && verdict->action >= 0) {
        printf(", action %d", verdict->action);
    }
    printf("\n");
}

/// Counts over all suites.
typedef struct tally {
    int64_t checks, failed, suites;
} tally;

/// Runs one suite and holds its numbers against the published ones. A file without any is passed
/// over, unless the user named it.
static rill_status verify_suite(const char *file, bool is_named, int32_t threads, cJSON *rows,
                                bool is_json, tally *totals, rill_error *error)
{
    rill_experiment *experiment = NULL;
    collection collected = {0};
    rill_status status = rill_experiment_load(&experiment, file, NULL, error);
    if (status == RILL_OK && experiment->n_expects == 0) {
        rill_experiment_destroy(experiment);
        return is_named ? rill_error_set(error, RILL_INVALID, "expect",
                                         "there is no published number to verify in this file")
                        : RILL_OK;
    }
    if (status == RILL_OK && experiment->n_variants > 0) {
        const progress_form form = is_json ? PROGRESS_NONE : progress_choose();
        collected.progress =
            progress_begin(experiment, NULL, form == PROGRESS_LINES ? PROGRESS_NONE : form);
        rill_run_options options = {
            .threads = threads,
            .on_runs = collect,
            .on_progress = show_progress,
            .context = &collected,
        };
        status = rill_experiment_run(experiment, &options, error);
        progress_end(collected.progress, status);
    }
    const int name_width = status == RILL_OK ? find_name_width(experiment) : 0;
    if (status == RILL_OK && !is_json) {
        printf("%s\n        %-*s %11s %9s %11s  %s\n", file, name_width, "check", "published",
               "tolerance", "ours", "95 % interval");
    }
    for (size_t i = 0; status == RILL_OK && i < experiment->n_expects; i++) {
        rill_verdict verdict;
        status = rill_expect_judge(experiment, &experiment->expects[i], collected.runs,
                                   collected.count, &verdict, error);
        if (status == RILL_OK) {
            add_verdict(rows, file, &experiment->expects[i], &verdict);
            if (!is_json) {
                print_verdict(&experiment->expects[i], &verdict, name_width);
            }
            totals->checks++;
            totals->failed += !verdict.is_pass;
        }
    }
    totals->suites++;
    for (size_t i = 0; i < collected.count; i++) {
        rill_run_clear(&collected.runs[i]);
    }
    free(collected.runs);
    rill_experiment_destroy(experiment);
    return status;
}

static bool is_among(const char *text, char **texts, int n)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(text, texts[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int run(const command *self, int argc, char **argv)
{
    bool is_json = false;
    int64_t threads = sysconf(_SC_NPROCESSORS_ONLN);
    threads = threads < 1 ? 1 : threads > 1024 ? 1024 : threads;
    const option options[] = {
        {"--threads", OPTION_INTEGER, &threads, "T", "runs at a time (default: processors)", 1,
         1024},
        {"--json", OPTION_FLAG, &is_json, NULL, "an array of checks", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments < 1) {
        return fail_usage(self, "expected files or directories; `rill verify --help` explains");
    }
    rill_error error = {0};
    text_list files = {NULL, 0};
    tally totals = {0, 0, 0};
    const char *context = NULL;
    const double start = run_seconds_now();
    cJSON *rows = cJSON_CreateArray();
    rill_status status = RILL_OK;
    for (int i = 1; status == RILL_OK && i <= n_arguments; i++) {
        status = find_files(argv[i], &files, &error);
    }
    if (status == RILL_OK && files.count == 0) {
        status =
            rill_error_set(&error, RILL_INVALID, "", "no experiment file (*.json) in %s", argv[1]);
    }
    if (files.count > 0) {
        qsort(files.items, files.count, sizeof *files.items, compare_texts);
    }
    for (size_t i = 0; status == RILL_OK && i < files.count; i++) {
        context = files.items[i];
        status = verify_suite(context, is_among(context, argv + 1, n_arguments), (int32_t)threads,
                              rows, is_json, &totals, &error);
    }
    if (status == RILL_OK && is_json) {
        status = output_json(rows, &error);
        rows = NULL;
    }
    int code = EXIT_DONE;
    if (status != RILL_OK) {
        code = fail(context, &error);
    } else {
        if (!is_json) {
            printf("\n%" PRId64 " check%s in %" PRId64 " file%s, %" PRId64 " failed\n%.1f s\n",
                   totals.checks, totals.checks == 1 ? "" : "s", totals.suites,
                   totals.suites == 1 ? "" : "s", totals.failed, run_seconds_now() - start);
        }
        code = finish_output();
        code = code == EXIT_DONE && totals.failed > 0 ? EXIT_CHECK_FAILED : code;
    }
    cJSON_Delete(rows);
    text_list_release(&files);
    return code;
}

const command command_verify = {
    .name = "verify",
    .arguments = "FILE|DIR...",
    .summary = "hold published numbers against ours",
    .help =
        "Runs experiment files that have an \"expect\" part, and compares each published number\n"
        "in it with ours: the mean or median over all runs of a metric over a window of training,\n"
        "an agent's estimates, or exact values. A check passes when the two differ by no more than\n"
        "the tolerance that the file states. Of several numbers, the one farthest off is shown.\n"
        "Ends with 1 when a check fails. Nothing is stored.\n"
        "\n"
        "  rill verify experiments/suites\n"
        "  rill verify experiments/suites/zhao --json",
    .run = run,
};
