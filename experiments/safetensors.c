#include "experiments/safetensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    LENGTH = 8,    ///< of the number in front
    ALIGNMENT = 8, ///< of the arrays, by blanks behind the header
    MAX_RANK = 2,
};

static const struct {
    const char *name;
    size_t size;
} types[] = {[TENSOR_F64] = {"F64", sizeof(double)}, [TENSOR_U8] = {"U8", 1}};

size_t tensor_size(const tensor *t)
{
    return (size_t)t->rows * (size_t)(t->columns == 0 ? 1 : t->columns) * types[t->type].size;
}

/// {"dtype": ..., "shape": [...], "data_offsets": [first, end]}
static cJSON *describe(const tensor *t, size_t first)
{
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddStringToObject(entry, "dtype", types[t->type].name);
    cJSON *shape = cJSON_AddArrayToObject(entry, "shape");
    cJSON_AddItemToArray(shape, json_number((double)t->rows));
    if (t->columns > 0) {
        cJSON_AddItemToArray(shape, json_number((double)t->columns));
    }
    cJSON *offsets = cJSON_AddArrayToObject(entry, "data_offsets");
    cJSON_AddItemToArray(offsets, json_number((double)first));
    cJSON_AddItemToArray(offsets, json_number((double)(first + tensor_size(t))));
    return entry;
}

void safetensors_write(bytes_writer *to, const cJSON *metadata, const tensor *tensors, size_t n)
{
    cJSON *header = cJSON_CreateObject();
    cJSON_AddItemToObject(header, "__metadata__", cJSON_Duplicate(metadata, true));
    size_t offset = 0;
    for (size_t i = 0; i < n; i++) {
        cJSON_AddItemToObject(header, tensors[i].name, describe(&tensors[i], offset));
        offset += tensor_size(&tensors[i]);
    }
    char *text = cJSON_PrintUnformatted(header);
    cJSON_Delete(header);
    if (text == NULL) {
        to->is_incomplete = true;
        return;
    }
    const size_t length = strlen(text);
    const size_t n_blanks = (ALIGNMENT - length % ALIGNMENT) % ALIGNMENT;
    bytes_put_number(to, length + n_blanks);
    bytes_put_bytes(to, text, length);
    bytes_put_bytes(to, "        ", n_blanks);
    free(text);
    for (size_t i = 0; i < n; i++) {
        if (tensors[i].type == TENSOR_F64) {
            bytes_put_reals(to, tensors[i].data, tensor_size(&tensors[i]) / sizeof(double));
        } else {
            bytes_put_bytes(to, tensors[i].data, tensor_size(&tensors[i]));
        }
    }
}

rill_status safetensors_open(safetensors *file, const void *bytes, size_t size, rill_error *error)
{
    bytes_reader from = {bytes, size, RILL_OK};
    const size_t length = bytes_get_count(&from, 1);
    *file = (safetensors){0};
    if (from.status == RILL_OK && length > 0 && from.next[0] == '{') {
        file->header = cJSON_ParseWithLength((const char *)from.next, length);
    }
    if (!cJSON_IsObject(file->header)) {
        return rill_error_set(error, RILL_INVALID, "", "not a safetensors file, or cut short");
    }
    file->data = from.next + length;
    file->size = size - LENGTH - length;
    return RILL_OK;
}

void safetensors_close(safetensors *file)
{
    cJSON_Delete(file->header);
    *file = (safetensors){0};
}

const char *safetensors_text(const safetensors *file, const char *key)
{
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(file->header, "__metadata__");
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(metadata, key));
}

/// Whether element i of an array is this number.
static bool is_at(const cJSON *array, int i, double number)
{
    const cJSON *item = cJSON_GetArrayItem(array, i);
    return cJSON_IsNumber(item) && item->valuedouble == number;
}

const unsigned char *safetensors_find(const safetensors *file, const tensor *wanted,
                                      rill_error *error)
{
    const cJSON *entry = cJSON_GetObjectItemCaseSensitive(file->header, wanted->name);
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, "dtype"));
    const cJSON *shape = cJSON_GetObjectItemCaseSensitive(entry, "shape");
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(entry, "data_offsets");
    const int rank = wanted->columns == 0 ? 1 : MAX_RANK;
    const bool fits = type != NULL && strcmp(type, types[wanted->type].name) == 0 &&
                      cJSON_GetArraySize(shape) == rank && is_at(shape, 0, (double)wanted->rows) &&
                      (rank == 1 || is_at(shape, 1, (double)wanted->columns));
    if (!fits) {
        rill_error_set(error, RILL_INVALID, wanted->name,
                       "found %s, expected an array %s of (%" PRId64 ", %" PRId64 ")",
                       entry == NULL ? "none" : "another", types[wanted->type].name, wanted->rows,
                       wanted->columns == 0 ? 1 : wanted->columns);
        return NULL;
    }
    const size_t size = tensor_size(wanted);
    const cJSON *first = cJSON_GetArrayItem(offsets, 0);
    // compared as doubles: what is no offset is not converted
    if (size > file->size || !cJSON_IsNumber(first) || !(first->valuedouble >= 0.0) ||
        !(first->valuedouble <= (double)(file->size - size)) ||
        first->valuedouble != (double)(size_t)first->valuedouble ||
        !is_at(offsets, 1, first->valuedouble + (double)size)) {
        rill_error_set(error, RILL_INVALID, wanted->name,
                       "lies outside the file; it is damaged or cut short");
        return NULL;
    }
    return file->data + (size_t)first->valuedouble;
}
