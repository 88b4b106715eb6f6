#include "experiments/program/saved.h"

#include "experiments/bytes.h"
#include "experiments/store.h"

#include <inttypes.h>
#include <rill/param.h>
#include <string.h>
#include <sys/stat.h>

/// The position of a variant; -1 and the error set where there is none.
static int32_t find_variant(const rill_store *store, const char *label, rill_error *error)
{
    for (int32_t i = 0; i < store->n_variants && label != NULL; i++) {
        if (strcmp(store->labels[i], label) == 0) {
            return i;
        }
    }
    for (int32_t i = 0; i < store->n_variants; i++) {
        if (label == NULL || strcmp(store->variants[i].agent_label, label) == 0) {
            return i;
        }
    }
    const char *nearest =
        label == NULL ? NULL : rill_nearest_name(label, (const char *const *)store->labels);
    rill_error_set(error, RILL_INVALID, "", "no agent is called \"%.100s\"; %s%.100s",
                   label == NULL ? "" : label, nearest == NULL ? "the first is " : "did you mean ",
                   nearest != NULL         ? nearest
                   : store->n_variants > 0 ? store->labels[0]
                                           : "none");
    return -1;
}

/// Why there is no agent of a run: there is no such run, or it was not kept.
static rill_status explain_absence(const rill_store *store, int32_t variant, int64_t run,
                                   rill_error *error)
{
    store_numbers numbers;
    const char *label = store->labels[variant];
    const rill_status status = store_find_run(store, variant, run, &numbers, error);
    if (status != RILL_OK) {
        return status;
    }
    if (numbers.has_it) {
        return rill_error_set(error, RILL_INVALID, "",
                              "the agent of run %" PRId64 " of \"%.60s\" is not stored; of each "
                              "agent that of run 0 is, where it takes no more than 1 MiB: "
                              "\"keep_agents\": \"first\" or \"all\" in the experiment keeps more, "
                              "for runs that are made from then on",
                              run, label);
    }
    if (numbers.n == 0) {
        return rill_error_set(error, RILL_INVALID, "", "no run of \"%.60s\" is stored", label);
    }
    if (numbers.n == 1) {
        return rill_error_set(error, RILL_INVALID, "",
                              "there is no run %" PRId64 " of \"%.60s\"; stored is run %" PRId64
                              " alone",
                              run, label, numbers.first);
    }
    if (numbers.n == numbers.last - numbers.first + 1) {
        return rill_error_set(error, RILL_INVALID, "",
                              "there is no run %" PRId64 " of \"%.60s\"; stored are runs %" PRId64
                              " to %" PRId64,
                              run, label, numbers.first, numbers.last);
    }
    return rill_error_set(error, RILL_INVALID, "",
                          "there is no run %" PRId64 " of \"%.60s\"; stored are %" PRId64
                          " runs between %" PRId64 " and %" PRId64,
                          run, label, numbers.n, numbers.first, numbers.last);
}

static rill_status find_in_store(const rill_store *store, const saved_choice *choice, void **bytes,
                                 size_t *size, rill_run *record, rill_error *error)
{
    const int32_t variant = find_variant(store, choice->label, error);
    if (variant < 0) {
        return RILL_INVALID;
    }
    const int64_t run = choice->run == SAVED_FIRST_RUN ? 0 : choice->run;
    const rill_status status = rill_store_agent(store, variant, run, bytes, size, error);
    if (status == RILL_OK && *bytes == NULL) {
        return explain_absence(store, variant, run, error);
    }
    return status == RILL_OK ? store_load_one(store, variant, run, record, error) : status;
}

bool saved_is_file(const saved_choice *choice)
{
    struct stat information;
    return stat(choice->path, &information) == 0 && !S_ISDIR(information.st_mode);
}

static rill_status read_file(const saved_choice *choice, void **bytes, size_t *size,
                             rill_error *error)
{
    if (choice->label != NULL || choice->run != SAVED_FIRST_RUN) {
        return rill_error_set(error, RILL_INVALID, "",
                              "a file, which holds one agent; --agent and --run choose among those "
                              "of a result directory");
    }
    unsigned char *file = NULL;
    const rill_status status = bytes_read_file(choice->path, &file, size, error);
    *bytes = file;
    return status;
}

rill_status saved_find(const saved_choice *choice, void **bytes, size_t *size, rill_run *record,
                       rill_error *error)
{
    rill_store *store = NULL;
    *bytes = NULL;
    *size = 0;
    *record = (rill_run){0};
    if (saved_is_file(choice)) {
        return read_file(choice, bytes, size, error);
    }
    rill_status status = rill_store_open_results(&store, choice->path, error);
    status = status == RILL_OK ? find_in_store(store, choice, bytes, size, record, error) : status;
    rill_store_close(store);
    return status;
}
