#include "approx/exponents.h"
#include "experiments/program/policy_c.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/// A parameter of a map, by its name; every map has the ones that are asked for.
static const void *param_of(const rill_features *features, const char *name)
{
    const rill_param *row = rill_param_find(features->type->params, name, NULL);
    return (const char *)features->params + row->offset;
}

/// The scaling with which the parameters of an exportable map begin.
static const scaling *scaling_of(const rill_features *features)
{
    return features->params;
}

/// Each observation on [0, unit], by the operations of the library in their order: the same bits.
static void write_scaling(FILE *file, const rill_features *features, const char *name)
{
    const scaling *s = scaling_of(features);
    policy_c_write_reals(file, name, "from", s->from, s->dim);
    policy_c_write_reals(file, name, "range", s->range, s->dim);
    policy_c_write_reals(file, name, "unit", s->unit, s->dim);
    fprintf(file,
            "/* observation i on [0, unit], clipped to its bounds; NaN becomes 0 */\n"
            "static inline double %s_scale(const float *observation, int i)\n{\n"
            "    const double distance = (double)observation[i] - %s_from[i];\n"
            "    if (!(distance > 0.0)) {\n        return 0.0;\n    }\n"
            "    return distance < %s_range[i] ? distance * %s_unit[i] / %s_range[i] : "
            "%s_unit[i];\n}\n\n",
            name, name, name, name, name, name);
}

static void write_signature(FILE *file, const char *name, bool is_binary)
{
    fprintf(file,
            "static inline void %s_features(const float *observation, int32_t *active%s)\n{\n",
            name, is_binary ? "" : ", double *values");
}

/// As `encode_grid` of approx/features_tile_coding.c.
static rill_status write_tile_coding(FILE *file, const rill_features *features, const char *name,
                                     rill_error *error)
{
    (void)error;
    const int32_t dim = scaling_of(features)->dim, n_tilings = features->n_active;
    int32_t width[MAX_DIMENSIONS], stride[MAX_DIMENSIONS], n_places = 1;
    for (int32_t i = dim - 1; i >= 0; i--) {
        const bool is_circle = scaling_element(param_of(features, "wrap"), i) != 0.0;
        width[i] = (int32_t)scaling_element(param_of(features, "tiles"), i) + (is_circle ? 0 : 1);
        stride[i] = n_places;
        n_places *= width[i];
    }
    policy_c_write_integers(file, name, "width", width, dim);
    policy_c_write_integers(file, name, "stride", stride, dim);
    fprintf(file, "/* the active tile of each tiling */\n");
    write_signature(file, name, true);
    fprintf(file,
            "    int32_t place = 0, part[%d], step[%d];\n"
            "    for (int i = 0; i < %d; i++) {\n"
            "        const int32_t parts = (int32_t)%s_scale(observation, i), first = parts / %d;\n"
            "        const int32_t tile = first == %s_width[i] ? 0 : first;\n"
            "        const int32_t next = tile + 1 == %s_width[i] ? 0 : tile + 1;\n"
            "        part[i] = parts - first * %d;\n"
            "        step[i] = (next - tile) * %s_stride[i];\n"
            "        place += tile * %s_stride[i];\n    }\n",
            dim, dim, dim, name, n_tilings, name, name, n_tilings, name, name);
    fprintf(file,
            "    for (int32_t tiling = 0; tiling < %d; tiling++) {\n"
            "        int32_t index = tiling * %d + place;\n"
            "        for (int32_t i = 0; i < %d; i++) {\n"
            "            index += part[i] >= %d - tiling * (2 * i + 1) %% %d ? step[i] : 0;\n"
            "        }\n        active[tiling] = index;\n    }\n}\n\n",
            n_tilings, n_places, dim, n_tilings, n_tilings);
    return RILL_OK;
}

static rill_status write_state_aggregation(FILE *file, const rill_features *features,
                                           const char *name, rill_error *error)
{
    (void)error;
    fprintf(file, "/* the cell */\n");
    write_signature(file, name, true);
    fprintf(file,
            "    int32_t cell = 0;\n    for (int i = 0; i < %d; i++) {\n"
            "        const int32_t n = (int32_t)%s_unit[i];\n"
            "        const int32_t group = (int32_t)%s_scale(observation, i);\n"
            "        cell = cell * n + (group < n ? group : n - 1);\n"
            "    }\n    active[0] = cell;\n}\n\n",
            scaling_of(features)->dim, name, name);
    return RILL_OK;
}

static rill_status write_raw(FILE *file, const rill_features *features, const char *name,
                             rill_error *error)
{
    (void)error;
    const int bias = *(const bool *)param_of(features, "bias") ? 1 : 0;
    fprintf(file, "/* the observation, scaled to [-1, 1]%s */\n", bias ? ", behind a 1" : "");
    write_signature(file, name, false);
    fprintf(file,
            "    values[0] = 1.0;\n    active[0] = 0;\n    for (int i = 0; i < %d; i++) {\n"
            "        active[i + %d] = i + %d;\n"
            "        values[i + %d] = 2.0 * %s_scale(observation, i) - 1.0;\n    }\n}\n\n",
            scaling_of(features)->dim, bias, bias, bias, name);
    return RILL_OK;
}

static rill_status write_polynomial(FILE *file, const rill_features *features, const char *name,
                                    rill_error *error)
{
    const double from = *(const double *)param_of(features, "from");
    const double to = *(const double *)param_of(features, "to");
    const int32_t dim = scaling_of(features)->dim;
    exponents powers = {0, NULL};
    const exponents_form form =
        *(const int *)param_of(features, "form") == 0 ? EXPONENTS_ALL : EXPONENTS_TOTAL_DEGREE;
    const rill_status status =
        exponents_create(&powers, dim, param_of(features, "order"), form, error);
    if (status != RILL_OK) {
        return status;
    }
    policy_c_write_integers(file, name, "powers", powers.values, (int64_t)powers.count * dim);
    exponents_release(&powers);
    fprintf(file, "/* products of powers of the observation, scaled to [%.17g, %.17g] */\n", from,
            to);
    write_signature(file, name, false);
    fprintf(file,
            "    double s[%d];\n    for (int i = 0; i < %d; i++) {\n"
            "        s[i] = %.17g + %.17g * %s_scale(observation, i);\n    }\n"
            "    for (int32_t j = 0; j < %d; j++) {\n        double product = 1.0;\n"
            "        for (int i = 0; i < %d; i++) {\n"
            "            for (int32_t power = %s_powers[j * %d + i]; power > 0; power--) {\n"
            "                product *= s[i];\n            }\n        }\n"
            "        active[j] = j;\n        values[j] = product;\n    }\n}\n\n",
            dim, dim, from, to - from, name, features->size, dim, name, dim);
    return RILL_OK;
}

/// What can be exported.
static const struct writer {
    const char *id;
    rill_status (*write)(FILE *file, const rill_features *features, const char *name,
                         rill_error *error);
} writers[] = {{"polynomial", write_polynomial},
               {"raw", write_raw},
               {"state_aggregation", write_state_aggregation},
               {"tile_coding", write_tile_coding}};

/// NULL: there is none.
static const struct writer *find_writer(const rill_features *features)
{
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        if (strcmp(features->type->id, writers[i].id) == 0) {
            return &writers[i];
        }
    }
    return NULL;
}

rill_status policy_c_check_features(const rill_features *features, rill_error *error)
{
    if (find_writer(features) == NULL) {
        return rill_error_set(error, RILL_INVALID, "features",
                              "%s cannot be exported; of observations that are a box, raw, "
                              "polynomial, state_aggregation and tile_coding can",
                              features->type->id);
    }
    if (features->memory_size > 0) {
        return rill_error_set(error, RILL_INVALID, "features.table_size",
                              "tiles that get their indices from a table cannot be exported; "
                              "those with an index each can: leave table_size out");
    }
    return RILL_OK;
}

rill_status policy_c_write_features(FILE *file, const rill_features *features, const char *name,
                                    rill_error *error)
{
    write_scaling(file, features, name);
    return find_writer(features)->write(file, features, name, error);
}
