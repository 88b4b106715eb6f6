/// What the tests of feature maps share: maps made from text, and observations.
#ifndef RILL_TESTS_FEATURE_MAPS_H
#define RILL_TESTS_FEATURE_MAPS_H

#include "tests/test.h"

#include <stdio.h>

/// Creates a map from assignments separated by blanks: "low=0,0 high=1,1 tiles=8".
static inline rill_status try_map(rill_features *map, const char *id, rill_space space,
                                  const char *assignments, rill_error *error)
{
    const rill_features_type *type = rill_features_type_find(id, error);
    ck_assert_msg(type != NULL, "no feature map %s", id);
    void *params = rill_params_create(type->params, type->params_size);
    for (const char *from = assignments; *from != '\0';) {
        char text[512];
        const size_t length = strcspn(from, " ");
        ck_assert_uint_lt(length, sizeof text);
        memcpy(text, from, length);
        text[length] = '\0';
        from += length + (from[length] == ' ');
        ASSERT_OK(rill_params_assign(type->params, params, text, error), error);
    }
    return rill_features_create(map, type, params, space, error);
}

static inline rill_features make_map(const char *id, rill_space space, const char *assignments)
{
    rill_features map = {0};
    rill_error error = {0};
    rill_status status = try_map(&map, id, space, assignments, &error);
    ck_assert_msg(status == RILL_OK, "%s %s: %s: %s", id, assignments, error.path, error.message);
    return map;
}

static inline rill_observation box(const float *values)
{
    return (rill_observation){.box = values};
}

static inline rill_observation cell(int32_t index)
{
    return (rill_observation){.index = index};
}

/// All features of a dense map, whose indices are 0, 1, 2, ...
static inline void encode_dense(const rill_features *map, rill_observation observation,
                                double *values)
{
    enum { MAX_SIZE = 4096 };
    int32_t indices[MAX_SIZE];
    ck_assert(map->size <= MAX_SIZE && map->n_active == map->size && !map->is_binary);
    ck_assert_int_eq(rill_features_encode(map, NULL, true, observation, indices, values),
                     map->size);
    for (int32_t i = 0; i < map->size; i++) {
        ASSERT_FOR(map->type->id, indices[i] == i);
    }
}

#endif
