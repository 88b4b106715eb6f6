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

static rill_status find_in_store(const rill_store *store, const saved_choice *choice, void **bytes,
                                 size_t *size, rill_run *record, rill_error *error)
{
    const int32_t variant = find_variant(store, choice->label, error);
    if (variant < 0) {
        return RILL_INVALID;
    }
    rill_status status = rill_store_agent(store, variant, choice->run, bytes, size, error);
    if (status == RILL_OK && *bytes == NULL) {
        return rill_error_set(error, RILL_INVALID, "",
                              "the agent of run %" PRId64 " of \"%.60s\" is not stored; of each "
                              "agent that of run 0 is, where it takes no more than 1 MiB: "
                              "\"keep_agents\": \"first\" or \"all\" in the experiment keeps more, "
                              "for runs that are made from then on",
                              choice->run, store->labels[variant]);
    }
    return status == RILL_OK ? store_load_one(store, variant, choice->run, record, error) : status;
}

rill_status saved_find(const saved_choice *choice, void **bytes, size_t *size, rill_run *record,
                       rill_error *error)
{
    struct stat information;
    rill_store *store = NULL;
    *bytes = NULL;
    *size = 0;
    *record = (rill_run){0};
    if (stat(choice->path, &information) == 0 && !S_ISDIR(information.st_mode)) {
        unsigned char *file = NULL;
        const rill_status status = bytes_read_file(choice->path, &file, size, error);
        *bytes = file;
        return status;
    }
    rill_status status = rill_store_open_results(&store, choice->path, error);
    status = status == RILL_OK ? find_in_store(store, choice, bytes, size, record, error) : status;
    rill_store_close(store);
    return status;
}
