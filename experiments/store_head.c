/// What a result file says about its experiment: the experiment as a whole, and its variants.
#include "experiments/json.h"
#include "experiments/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void clear_variant(rill_store_variant *variant)
{
    free(variant->label);
    free(variant->agent_label);
    free(variant->settings);
    free(variant->config);
}

void store_clear_head(rill_store *store)
{
    for (int32_t i = 0; i < store->n_variants; i++) {
        clear_variant(&store->variants[i]);
    }
    free(store->variants);
    free(store->ids);
    free(store->labels);
    free(store->config);
    store->variants = NULL;
    store->ids = NULL;
    store->labels = NULL;
    store->config = NULL;
    store->n_variants = 0;
}

/// A variant of an experiment as it is stored; the texts stay the experiment's.
static rill_store_variant stored_form(const rill_variant *variant)
{
    return (rill_store_variant){variant->label, variant->agent_label, variant->settings,
                                variant->config};
}

/// Fills what version 1 did not store of a variant.
static rill_status complete_variant(rill_store_variant *stored, const rill_variant *variant,
                                    rill_error *error)
{
    free(stored->agent_label);
    free(stored->settings);
    free(stored->config);
    stored->agent_label = strdup(variant->agent_label);
    stored->settings = strdup(variant->settings);
    stored->config = strdup(variant->config);
    return stored->agent_label == NULL || stored->settings == NULL || stored->config == NULL
               ? rill_error_no_memory(error)
               : RILL_OK;
}

/// Version 1 stored the experiment alone: what its variants are is read from it.
static rill_status complete_version_1(rill_store *store, rill_error *error)
{
    rill_experiment *experiment = NULL;
    rill_error cause = {0};
    rill_status status = rill_experiment_parse(&experiment, store->config, NULL, &cause);
    if (status != RILL_OK) {
        return rill_error_set(error, status == RILL_NO_MEMORY ? status : RILL_IO, "",
                              "%s is of version 1, and its experiment can no longer be read "
                              "(%.200s%s%.300s); start over with `rill run --restart`",
                              store->file, cause.path, cause.path[0] == '\0' ? "" : ": ",
                              cause.message);
    }
    bool fits = experiment->n_variants == store->n_variants;
    for (int32_t i = 0; fits && i < store->n_variants; i++) {
        fits = strcmp(experiment->variants[i].label, store->labels[i]) == 0;
    }
    if (!fits) {
        status = store_damaged(store, "its agents are not those of its experiment", error);
    }
    for (int32_t i = 0; status == RILL_OK && i < store->n_variants; i++) {
        status = complete_variant(&store->variants[i], &experiment->variants[i], error);
    }
    rill_experiment_destroy(experiment);
    return status;
}

/// A run of a variant that is not there would be given to the next new one.
static rill_status check_runs(const rill_store *store, rill_error *error)
{
    int64_t n = 0;
    rill_status status = store_number(
        store,
        "SELECT count(*) FROM runs WHERE run < 0 OR variant NOT IN (SELECT id FROM variants)", &n,
        error);
    return status != RILL_OK || n == 0
               ? status
               : store_damaged(store, "it holds a run of an agent that it does not hold", error);
}

static char *copy_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text == NULL ? NULL : strdup((const char *)text);
}

static rill_status read_variants(rill_store *store, int64_t n, rill_error *error)
{
    sqlite3_stmt *select = store_prepare(
        store,
        store->version == 1
            ? "SELECT id, label, '', '', '' FROM variants ORDER BY position"
            : "SELECT id, label, agent, settings, config FROM variants ORDER BY position, id",
        error);
    if (select == NULL) {
        return RILL_IO;
    }
    rill_status status = RILL_OK;
    int code = SQLITE_ROW;
    while (status == RILL_OK && store->n_variants < n &&
           (code = sqlite3_step(select)) == SQLITE_ROW) {
        rill_store_variant variant = {copy_text(select, 1), copy_text(select, 2),
                                      copy_text(select, 3), copy_text(select, 4)};
        store->ids[store->n_variants] = sqlite3_column_int64(select, 0);
        store->labels[store->n_variants] = variant.label;
        store->variants[store->n_variants++] = variant;
        if (variant.label == NULL || variant.agent_label == NULL || variant.settings == NULL ||
            variant.config == NULL) {
            status = store_damaged(store, "an agent has no label or configuration", error);
        }
    }
    if (status == RILL_OK && code != SQLITE_ROW && code != SQLITE_DONE) {
        status = store_error(store, error);
    }
    sqlite3_finalize(select);
    return status;
}

rill_status store_read_head(rill_store *store, rill_error *error)
{
    int64_t n = 0;
    store_clear_head(store);
    sqlite3_stmt *select =
        store_prepare(store, "SELECT config FROM experiments WHERE id = 1", error);
    if (select == NULL) {
        return RILL_IO;
    }
    const int code = sqlite3_step(select);
    rill_status status =
        code == SQLITE_ROW || code == SQLITE_DONE ? RILL_OK : store_error(store, error);
    if (code == SQLITE_ROW) {
        store->config = copy_text(select, 0);
    }
    sqlite3_finalize(select);
    status = status != RILL_OK ? status
                               : store_number(store, "SELECT count(*) FROM variants", &n, error);
    if (status != RILL_OK) {
        return status;
    }
    if (store->config == NULL) {
        return store_damaged(store, "it holds no experiment", error);
    }
    store->variants = calloc((size_t)n + 1, sizeof *store->variants);
    store->ids = calloc((size_t)n + 1, sizeof *store->ids);
    store->labels = calloc((size_t)n + 1, sizeof *store->labels);
    if (store->variants == NULL || store->ids == NULL || store->labels == NULL) {
        return rill_error_no_memory(error);
    }
    status = read_variants(store, n, error);
    status = status == RILL_OK ? check_runs(store, error) : status;
    return status == RILL_OK && store->version == 1 ? complete_version_1(store, error) : status;
}

/// Writes the path of the first place where two trees differ; false when they are equal.
static bool find_difference(const cJSON *a, const cJSON *b, char *path, size_t size)
{
    size_t used = strlen(path);
    if (cJSON_IsObject(a) && cJSON_IsObject(b)) {
        for (const cJSON *x = a->child; x != NULL; x = x->next) {
            snprintf(path + used, size - used, "%s%s", used == 0 ? "" : ".", x->string);
            if (find_difference(x, cJSON_GetObjectItemCaseSensitive(b, x->string), path, size)) {
                return true;
            }
            path[used] = '\0';
        }
        return cJSON_GetArraySize(a) != cJSON_GetArraySize(b);
    }
    if (cJSON_IsArray(a) && cJSON_IsArray(b) && cJSON_GetArraySize(a) == cJSON_GetArraySize(b)) {
        const cJSON *y = b->child;
        int i = 0;
        for (const cJSON *x = a->child; x != NULL; x = x->next, y = y->next) {
            snprintf(path + used, size - used, "[%d]", i++);
            if (find_difference(x, y, path, size)) {
                return true;
            }
            path[used] = '\0';
        }
        return false;
    }
    if (cJSON_IsNumber(a) && cJSON_IsNumber(b)) {
        return a->valuedouble != b->valuedouble; // exactly: cJSON_Compare lets the last bit go
    }
    return !cJSON_Compare(a, b, true);
}

/// Refuses a variant that is stored with another configuration.
static rill_status compare_variant(const rill_store *store, const rill_variant *own,
                                   const rill_store_variant *stored, rill_error *error)
{
    if (strcmp(own->config, stored->config) == 0) {
        return RILL_OK;
    }
    // what an earlier program wrote may lack what has become a parameter since: read by this one, it has all
    rill_experiment *reread = NULL;
    const bool is_readable =
        rill_experiment_parse(&reread, stored->config, NULL, NULL) == RILL_OK &&
        reread->n_variants == 1;
    char place[200] = "";
    cJSON *a = cJSON_Parse(own->config);
    cJSON *b = cJSON_Parse(is_readable ? reread->variants[0].config : stored->config);
    const bool is_different = find_difference(a, b, place, sizeof place);
    cJSON_Delete(a);
    cJSON_Delete(b);
    rill_experiment_destroy(reread);
    static const char agent[] = "agents[0]."; // the only one, whatever it is in the file
    const size_t skipped = strncmp(place, agent, strlen(agent)) == 0 ? strlen(agent) : 0;
    return !is_different ? RILL_OK
                         : rill_error_set(error, RILL_INVALID, "",
                                          "%s holds runs of a different \"%.60s\" (they differ in "
                                          "%s); choose another directory with --out, or start "
                                          "over with `rill run --restart`",
                                          store->file, own->label,
                                          place[0] == '\0' ? "the whole" : place + skipped);
}

/// A stored variant, to be found by its label.
typedef struct entry {
    const char *label;
    int32_t position;
} entry;

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->label, ((const entry *)b)->label);
}

/// Brings the variants into an order: `order` (n_variants) is a permutation.
static rill_status reorder(rill_store *store, const int32_t *order, rill_error *error)
{
    const size_t n = (size_t)store->n_variants;
    rill_store_variant *variants = calloc(n + 1, sizeof *variants);
    int64_t *ids = calloc(n + 1, sizeof *ids);
    if (variants == NULL || ids == NULL) {
        free(variants);
        free(ids);
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; i < n; i++) {
        variants[i] = store->variants[order[i]];
        ids[i] = store->ids[order[i]];
        store->labels[i] = variants[i].label;
    }
    free(store->variants);
    free(store->ids);
    store->variants = variants;
    store->ids = ids;
    return RILL_OK;
}

rill_status store_match(rill_store *store, const rill_experiment *experiment, bool *is_complete,
                        rill_error *error)
{
    const int32_t n = store->n_variants;
    entry *entries = calloc((size_t)n + 1, sizeof *entries);
    int32_t *order = calloc((size_t)n + 1, sizeof *order);
    bool *is_own = calloc((size_t)n + 1, sizeof *is_own);
    rill_status status =
        entries == NULL || order == NULL || is_own == NULL ? rill_error_no_memory(error) : RILL_OK;
    for (int32_t i = 0; status == RILL_OK && i < n; i++) {
        entries[i] = (entry){store->variants[i].label, i};
    }
    if (status == RILL_OK) {
        qsort(entries, (size_t)n, sizeof *entries, compare_entries);
    }
    int32_t n_found = 0;
    for (int32_t i = 0; status == RILL_OK && i < experiment->n_variants; i++) {
        const entry key = {experiment->variants[i].label, 0};
        const entry *found = bsearch(&key, entries, (size_t)n, sizeof *entries, compare_entries);
        if (found != NULL) {
            status = compare_variant(store, &experiment->variants[i],
                                     &store->variants[found->position], error);
            order[n_found++] = found->position;
            is_own[found->position] = true;
        }
    }
    if (status == RILL_OK && n_found == 0 && n > 0) {
        status = rill_error_set(error, RILL_INVALID, "",
                                "%s holds runs of a different experiment (of \"%.60s\", not of "
                                "\"%.60s\"); choose another directory with --out, or start over "
                                "with `rill run --restart`",
                                store->file, store->labels[0],
                                experiment->n_variants == 0 ? "" : experiment->variants[0].label);
    }
    if (status == RILL_OK) {
        bool is_in_order = true;
        int32_t n_placed = n_found;
        for (int32_t i = 0; i < n; i++) {
            if (!is_own[i]) {
                order[n_placed++] = i;
            }
            is_in_order = is_in_order && (i >= n_found || order[i] == i);
        }
        store->n_own = n_found;
        *is_complete =
            n_found == experiment->n_variants &&
            (n_found < n || (is_in_order && strcmp(store->config, experiment->resolved) == 0));
        status = reorder(store, order, error);
    }
    free(entries);
    free(order);
    free(is_own);
    return status;
}

rill_status store_add_variant(const rill_store *store, int64_t id, int32_t position,
                              const rill_store_variant *variant, rill_error *error)
{
    sqlite3_stmt *insert =
        store_prepare(store, "INSERT INTO variants VALUES (?, 1, ?, ?, ?, ?, ?)", error);
    if (insert == NULL) {
        return RILL_IO;
    }
    if (id > 0) {
        sqlite3_bind_int64(insert, 1, id);
    }
    sqlite3_bind_int(insert, 2, position);
    sqlite3_bind_text(insert, 3, variant->label, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 4, variant->agent_label, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 5, variant->settings, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 6, variant->config, -1, SQLITE_STATIC);
    rill_status status = store_step(store, insert, error);
    sqlite3_finalize(insert);
    return status;
}

/// The experiment as a whole, in place of an earlier form of it.
static rill_status write_experiment(const rill_store *store, const rill_experiment *experiment,
                                    rill_error *error)
{
    sqlite3_stmt *insert = store_prepare(
        store,
        "INSERT INTO experiments VALUES (1, ?, ?, ?, datetime('now')) ON CONFLICT (id) DO UPDATE"
        " SET name = excluded.name, source = excluded.source, config = excluded.config",
        error);
    if (insert == NULL) {
        return RILL_IO;
    }
    sqlite3_bind_text(insert, 1, experiment->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, experiment->source, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, experiment->resolved, -1, SQLITE_STATIC);
    rill_status status = store_step(store, insert, error);
    sqlite3_finalize(insert);
    return status;
}

rill_status store_write_head(rill_store *store, const rill_experiment *experiment,
                             rill_error *error)
{
    // a part of what is stored (one agent of many, say) says nothing about the whole
    const bool is_whole = store->n_own == store->n_variants;
    int64_t next = 0;
    rill_status status =
        store_number(store, "SELECT coalesce(max(position), -1) + 1 FROM variants", &next, error);
    if (status == RILL_OK && is_whole) {
        status = write_experiment(store, experiment, error);
    }
    sqlite3_stmt *move =
        store_prepare(store, "UPDATE variants SET position = ? WHERE id = ?", error);
    status = move == NULL ? RILL_IO : status;
    int32_t n_met = 0;
    for (int32_t i = 0; status == RILL_OK && i < experiment->n_variants; i++) {
        const bool is_there = n_met < store->n_own &&
                              strcmp(store->labels[n_met], experiment->variants[i].label) == 0;
        if (!is_there) {
            const rill_store_variant own = stored_form(&experiment->variants[i]);
            status = store_add_variant(store, 0, is_whole ? i : (int32_t)next++, &own, error);
        } else if (is_whole) {
            sqlite3_bind_int(move, 1, i);
            sqlite3_bind_int64(move, 2, store->ids[n_met]);
            status = store_step(store, move, error);
        }
        n_met += is_there;
    }
    sqlite3_finalize(move);
    return status;
}
