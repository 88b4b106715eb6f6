#include "experiments/program/output_json.h"
#include "experiments/program/program.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <rill/experiment.h>
#include <rill/store.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// One stored run that is to be repeated.
typedef struct rerun {
    int32_t variant;
    int64_t run;
    uint64_t stored, repeated; ///< hashes
} rerun;

/// What is repeated, by variant and number.
typedef struct rerun_list {
    rerun *items; ///< (n)
    size_t n, capacity;
    const uint8_t *is_chosen; ///< (n_variants)
    int64_t only;             ///< number of the run; -1: all
    rerun *at_work;           ///< (n_at_work) those of one variant
    size_t n_at_work;
} rerun_list;

static rill_status note_stored(void *context, rill_run *run, rill_error *error)
{
    rerun_list *list = context;
    if (!list->is_chosen[run->variant] || (list->only >= 0 && run->run != list->only)) {
        return RILL_OK;
    }
    if (list->n == list->capacity) {
        const size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        rerun *larger = realloc(list->items, capacity * sizeof *larger);
        if (larger == NULL) {
            return rill_error_no_memory(error);
        }
        list->items = larger;
        list->capacity = capacity;
    }
    list->items[list->n++] = (rerun){run->variant, run->run, run->hash, 0};
    return RILL_OK;
}

/// Marks the variants with one of the labels, their own or that of their agent; all where none is given.
static rill_status choose_variants(const rill_store *store, const option_list *labels,
                                   uint8_t *is_chosen, rill_error *error)
{
    int32_t n = 0;
    const char *const *names = rill_store_labels(store, &n);
    const rill_store_variant *variants = rill_store_variants(store, &n);
    for (int32_t i = 0; i < n; i++) {
        is_chosen[i] = labels->count == 0;
    }
    for (size_t j = 0; j < labels->count; j++) {
        bool is_found = false;
        for (int32_t i = 0; i < n; i++) {
            if (strcmp(variants[i].label, labels->items[j]) == 0 ||
                strcmp(variants[i].agent_label, labels->items[j]) == 0) {
                is_chosen[i] = is_found = true;
            }
        }
        if (!is_found) {
            const char *nearest = rill_nearest_name(labels->items[j], names);
            return rill_error_set(error, RILL_INVALID, "",
                                  "no agent is called \"%.100s\"; %s%.100s", labels->items[j],
                                  nearest == NULL ? "`rill summary` shows the labels"
                                                  : "did you mean ",
                                  nearest == NULL ? "" : nearest);
        }
    }
    return RILL_OK;
}

static int compare_numbers(const void *a, const void *b)
{
    const rerun *x = a, *y = b;
    return (x->run > y->run) - (x->run < y->run);
}

static rill_status note_repeated(void *context, rill_run *runs, size_t n, rill_error *error)
{
    (void)error;
    const rerun_list *list = context;
    for (size_t i = 0; i < n; i++) {
        const rerun key = {.run = runs[i].run};
        rerun *item = bsearch(&key, list->at_work, list->n_at_work, sizeof key, compare_numbers);
        item->repeated = runs[i].hash;
        rill_run_clear(&runs[i]);
    }
    return RILL_OK;
}

/// Repeats runs of one variant, (n) from `first` on, as its configuration says.
static rill_status repeat(rerun_list *list, rerun *first, size_t n, const char *config,
                          int32_t threads, rill_error *error)
{
    const int64_t n_runs = first[n - 1].run + 1;
    char runs[64];
    snprintf(runs, sizeof runs, "runs=%" PRId64, n_runs);
    const char *const overrides[] = {runs, NULL};
    rill_experiment *experiment = NULL;
    uint8_t *is_done = malloc((size_t)n_runs);
    rill_status status = is_done == NULL
                             ? rill_error_no_memory(error)
                             : rill_experiment_parse(&experiment, config, overrides, error);
    if (status == RILL_OK) {
        memset(is_done, 1, (size_t)n_runs);
        for (size_t i = 0; i < n; i++) {
            is_done[first[i].run] = 0;
        }
        list->at_work = first;
        list->n_at_work = n;
        const rill_run_options options = {
            .threads = threads, .is_done = is_done, .on_runs = note_repeated, .context = list};
        status = rill_experiment_run(experiment, &options, error);
    }
    free(is_done);
    rill_experiment_destroy(experiment);
    return status;
}

/// All of them, variant by variant.
static rill_status repeat_all(rerun_list *list, const rill_store *store, int32_t threads,
                              rill_error *error)
{
    int32_t n_variants = 0;
    const rill_store_variant *variants = rill_store_variants(store, &n_variants);
    rill_status status = RILL_OK;
    size_t next = 0;
    for (size_t begin = 0; begin < list->n && status == RILL_OK; begin = next) {
        const int32_t variant = list->items[begin].variant;
        for (next = begin; next < list->n && list->items[next].variant == variant;) {
            next++;
        }
        status = repeat(list, &list->items[begin], next - begin, variants[variant].config, threads,
                        error);
    }
    return status;
}

static size_t count_different(const rerun_list *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        n += list->items[i].repeated != list->items[i].stored;
    }
    return n;
}

static void print_table(const rerun_list *list, const char *const *labels)
{
    const size_t n_different = count_different(list);
    enum { MAX_SHOWN = 20 };
    size_t n_shown = 0;
    for (size_t i = 0; i < list->n && n_shown < MAX_SHOWN; i++) {
        const rerun *item = &list->items[i];
        if (item->repeated != item->stored) {
            printf("run %" PRId64 " of \"%s\": %016" PRIx64 " is stored, %016" PRIx64
                   " comes out now\n",
                   item->run, labels[item->variant], item->stored, item->repeated);
            n_shown++;
        }
    }
    if (n_different == 0) {
        printf("%zu run%s repeated, bit for bit as stored\n", list->n, list->n == 1 ? "" : "s");
    } else {
        printf("%zu of %zu runs come out differently: they were made by another version of rill\n",
               n_different, list->n);
    }
}

static rill_status print_json(const rerun_list *list, const char *const *labels, rill_error *error)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < list->n; i++) {
        const rerun *item = &list->items[i];
        char hash[17];
        cJSON *json = cJSON_CreateObject();
        cJSON_AddItemToArray(array, json);
        cJSON_AddStringToObject(json, "label", labels[item->variant]);
        cJSON_AddNumberToObject(json, "run", (double)item->run);
        snprintf(hash, sizeof hash, "%016" PRIx64, item->stored);
        cJSON_AddStringToObject(json, "stored", hash);
        snprintf(hash, sizeof hash, "%016" PRIx64, item->repeated);
        cJSON_AddStringToObject(json, "repeated", hash);
        cJSON_AddBoolToObject(json, "pass", item->stored == item->repeated);
    }
    return output_json(array, error);
}

static int run(const command *self, int argc, char **argv)
{
    bool is_json = false;
    int64_t threads = sysconf(_SC_NPROCESSORS_ONLN);
    option_list labels = {NULL, 0};
    rerun_list list = {.only = -1};
    threads = threads < 1 ? 1 : threads > 1024 ? 1024 : threads;
    const option options[] = {
        {"--agent", OPTION_REPEATED, &labels, "LABEL", "only runs of this agent or variant", 0, 0},
        {"--run", OPTION_INTEGER, &list.only, "N", "only run N of each, from 0", 0, 1 << 30},
        {"--threads", OPTION_INTEGER, &threads, "T", "runs at a time (default: processors)", 1,
         1024},
        {"--json", OPTION_FLAG, &is_json, NULL, "an array with a row a run", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments != 1) {
        options_release(options);
        return n_arguments < 0
                   ? options_exit_code(n_arguments)
                   : fail_usage(self,
                                "expected one result directory; `rill rerun --help` explains");
    }
    rill_error error = {0};
    rill_store *store = NULL;
    int32_t n_variants = 0;
    const char *const *names = NULL;
    uint8_t *is_chosen = NULL;
    rill_status status = rill_store_open_results(&store, argv[1], &error);
    if (status == RILL_OK) {
        names = rill_store_labels(store, &n_variants);
        list.is_chosen = is_chosen = calloc((size_t)n_variants + 1, 1);
        status = is_chosen == NULL ? rill_error_no_memory(&error)
                                   : choose_variants(store, &labels, is_chosen, &error);
    }
    status = status == RILL_OK ? rill_store_each(store, note_stored, &list, &error) : status;
    if (status == RILL_OK && list.n == 0) {
        status =
            rill_error_set(&error, RILL_INVALID, "", "no such run is stored in %.200s", argv[1]);
    }
    status = status == RILL_OK ? repeat_all(&list, store, (int32_t)threads, &error) : status;
    if (status == RILL_OK && is_json) {
        status = print_json(&list, names, &error);
    } else if (status == RILL_OK) {
        print_table(&list, names);
    }
    int code = status == RILL_OK ? finish_output() : fail(NULL, &error);
    code = code == EXIT_DONE && count_different(&list) > 0 ? EXIT_CHECK_FAILED : code;
    free(list.items);
    free(is_chosen);
    rill_store_close(store);
    options_release(options);
    return code;
}

const command command_rerun = {
    .name = "rerun",
    .arguments = "DIR",
    .summary = "repeat stored runs and check that the same comes out",
    .help =
        "Repeats runs of a result directory from the configuration that is stored with them, and\n"
        "compares result hashes: the same bits must come out, on any machine and with any\n"
        "number of threads. Writes nothing. Exit code 1 when one comes out differently.\n"
        "\n"
        "  rill rerun results/example-6.6-cliff-walking\n"
        "  rill rerun results/example-6.6-cliff-walking --agent Sarsa --run 7",
    .run = run,
};
