/// What the conformance tests over the registries share: parameter tables, files against ids,
/// environments in several variants, random play.
#ifndef RILL_TESTS_CONFORMANCE_H
#define RILL_TESTS_CONFORMANCE_H

#include "tests/test.h"

#include <dirent.h>
#include <float.h>
#include <limits.h>
#include <stdio.h>

// ---- files against ids ----

/// Each file RILL_SOURCE_DIR/folder/<prefix><id>.c has its id in `ids` (NULL at the end) and the
/// other way round; the ids are in ascending order.
static inline void check_files_are_ids(const char *folder, const char *prefix,
                                       const char *const *ids)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", RILL_SOURCE_DIR, folder);
    DIR *directory = opendir(path);
    ck_assert_msg(directory != NULL, "cannot read %s", path);
    size_t n_ids = 0, n_files = 0;
    for (; ids[n_ids] != NULL; n_ids++) {
        ck_assert_msg(n_ids == 0 || strcmp(ids[n_ids - 1], ids[n_ids]) < 0, "%s: not sorted",
                      ids[n_ids]);
    }
    ck_assert_uint_gt(n_ids, 0);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const size_t length = strlen(entry->d_name), start = strlen(prefix);
        if (length < start + 2 || strncmp(entry->d_name, prefix, start) != 0 ||
            strcmp(entry->d_name + length - 2, ".c") != 0) {
            continue;
        }
        n_files++;
        size_t i = 0;
        while (ids[i] != NULL && (strlen(ids[i]) != length - 2 - start ||
                                  strncmp(ids[i], entry->d_name + start, strlen(ids[i])) != 0)) {
            i++;
        }
        ck_assert_msg(ids[i] != NULL, "%s/%s: no id as its name", folder, entry->d_name);
    }
    closedir(directory);
    ck_assert_uint_eq(n_files, n_ids);
}

// ---- parameter tables ----

/// A number is refused with a message that shows it and the range, and changes nothing.
static inline void check_number_refused(const char *id, const rill_param *param, void *params,
                                        size_t size, double value)
{
    unsigned char before[4096];
    ck_assert_uint_le(size, sizeof before);
    memcpy(before, params, size);
    char shown[64];
    snprintf(shown, sizeof shown, "%.15g", value);
    rill_error error = {0};
    rill_status status = rill_param_set_number(param, params, value, &error);
    ck_assert_msg(status == RILL_INVALID, "%s.%s takes %s", id, param->name, shown);
    ck_assert_str_eq(error.path, param->name);
    ck_assert_msg(strstr(error.message, shown) != NULL, "%s.%s=%s: %s", id, param->name, shown,
                  error.message);
    if (param->kind != RILL_PARAM_BOOL) {
        ck_assert_msg(strstr(error.message, "allowed is") != NULL, "%s.%s=%s: %s", id, param->name,
                      shown, error.message);
    }
    ck_assert_mem_eq(before, params, size);
}

/// Bounds are taken, and what lies just outside is refused. Answers the number of refusals.
static inline int check_number(const char *id, const rill_param *param, void *params, size_t size)
{
    const double bounds[] = {param->min, param->max};
    ASSERT_FOR(param->name, param->min <= param->max);
    int n_refused = 0;
    for (int i = 0; i < 2; i++) {
        double outward = i == 0 ? -HUGE_VAL : HUGE_VAL;
        if (isfinite(bounds[i])) {
            rill_error error = {0};
            ASSERT_OK(rill_param_set_number(param, params, bounds[i], &error), &error);
            bool is_whole = param->kind == RILL_PARAM_INTEGER || param->kind == RILL_PARAM_INTEGERS;
            double beyond =
                is_whole ? bounds[i] + (i == 0 ? -1.0 : 1.0) : nextafter(bounds[i], outward);
            check_number_refused(id, param, params, size, beyond);
            n_refused++;
        }
        check_number_refused(id, param, params, size, outward);
    }
    check_number_refused(id, param, params, size, (double)NAN);
    return n_refused;
}

/// The habits of a table: every row is documented, its default and its bounds are taken, what lies
/// outside is refused with a message.
static inline void check_param_table(const char *id, const rill_param *table, size_t size)
{
    void *params = rill_params_create(table, size);
    ck_assert_msg(params != NULL, "%s: a default is refused", id);
    for (const rill_param *param = table; param->name != NULL; param++) {
        ck_assert_msg(param->doc != NULL && param->doc[0] != '\0', "%s.%s: no doc", id,
                      param->name);
        ck_assert_msg(param->offset < size, "%s.%s: outside the struct", id, param->name);
        for (const rill_param *other = table; other != param; other++) {
            ck_assert_msg(strcmp(other->name, param->name) != 0, "%s.%s twice", id, param->name);
        }
        rill_error error = {0};
        switch (param->kind) {
        case RILL_PARAM_INTEGER:
        case RILL_PARAM_REAL:
        case RILL_PARAM_SCHEDULE:
        case RILL_PARAM_INTEGERS:
        case RILL_PARAM_REALS:
            check_number(id, param, params, size);
            break;
        case RILL_PARAM_BOOL:
            check_number_refused(id, param, params, size, 2.0);
            ASSERT_REFUSED(rill_param_parse(param, params, "maybe", &error), &error, param->name,
                           "\"maybe\" is neither true nor false");
            break;
        case RILL_PARAM_CHOICE:
            for (int i = 0; param->choices[i] != NULL; i++) {
                ASSERT_OK(rill_param_set_text(param, params, param->choices[i], &error), &error);
                ck_assert_int_eq(*(int *)((char *)params + param->offset), i);
            }
            ASSERT_REFUSED(rill_param_set_text(param, params, "no such word", &error), &error,
                           param->name, param->choices[0]);
            break;
        case RILL_PARAM_ROWS:
            ASSERT_REFUSED(rill_param_set_number(param, params, 1.0, &error), &error, param->name,
                           "expected a list of text rows");
            break;
        }
    }
    rill_params_destroy(table, params);
}

// ---- environments in several variants ----

/// What a check is called with: an environment just created (seeded with 0, not reset), and its
/// description for messages.
typedef void env_check(rill_env *env, const char *name);

static inline void run_env_check(env_check *check, const char *id, const char *assignment,
                                 bool may_be_refused)
{
    const char *assignments[] = {assignment, NULL};
    rill_env *env = NULL;
    rill_error error = {0};
    rill_status status = rill_env_create(&env, id, assignments, &error);
    if (may_be_refused && status == RILL_INVALID) {
        return; // it contradicts another parameter's default
    }
    ck_assert_msg(status == RILL_OK, "%s: %s", id, error.message);
    char name[256];
    snprintf(name, sizeof name, "%s %s", id, assignment == NULL ? "" : assignment);
    check(env, name);
    rill_env_destroy(env);
}

/// Runs a check on every registered environment: with its defaults, as each of its presets, and
/// with one parameter changed: flags flipped, every word of a choice, probabilities at 0.3, whole
/// numbers 3 above their default.
static inline void for_each_env(env_check *check)
{
    for (const rill_env_type *const *type = rill_env_type_list(); *type != NULL; type++) {
        const char *id = (*type)->id;
        run_env_check(check, id, NULL, false);
        for (const rill_env_preset *p = (*type)->presets; p != NULL && p->id != NULL; p++) {
            run_env_check(check, p->id, NULL, false);
        }
        for (const rill_param *p = (*type)->params; p->name != NULL; p++) {
            char text[128];
            if (p->kind == RILL_PARAM_BOOL) {
                bool is_on = strcmp(p->default_text, "true") == 0;
                snprintf(text, sizeof text, "%s=%s", p->name, is_on ? "false" : "true");
                run_env_check(check, id, text, true);
            } else if (p->kind == RILL_PARAM_INTEGER) {
                snprintf(text, sizeof text, "%s=%.17g", p->name, atof(p->default_text) + 3.0);
                run_env_check(check, id, text, true);
            } else if (p->kind == RILL_PARAM_REAL && p->min >= 0.0 && p->max <= 1.0) {
                snprintf(text, sizeof text, "%s=0.3", p->name);
                run_env_check(check, id, text, true);
            }
            for (int i = 0; p->kind == RILL_PARAM_CHOICE && p->choices[i] != NULL; i++) {
                snprintf(text, sizeof text, "%s=%s", p->name, p->choices[i]);
                run_env_check(check, id, text, true);
            }
        }
    }
}

// ---- random play ----

/// Bytes of a value of a space.
static inline size_t value_size(const rill_space *space)
{
    return space->kind == RILL_SPACE_DISCRETE ? sizeof(int32_t)
                                              : (size_t)space->size * sizeof(float);
}

/// Copies a value of a space to `bytes` (value_size).
static inline void copy_value(const rill_space *space, rill_observation value, void *bytes)
{
    memcpy(bytes, space->kind == RILL_SPACE_DISCRETE ? (const void *)&value.index : value.box,
           value_size(space));
}

enum { MAX_BOX = 64 };

/// A random action; `box` is room for one.
static inline rill_action random_action(const rill_space *space, rill_rng *rng, float *box)
{
    ASSERT_FOR("random_action", space->kind == RILL_SPACE_DISCRETE || space->size <= MAX_BOX);
    rill_observation value = rill_space_sample(space, rng, box);
    return space->kind == RILL_SPACE_DISCRETE ? (rill_action){.index = value.index}
                                              : (rill_action){.box = value.box};
}

#endif
