/// Files of named arrays in the safetensors format, which Python reads too: the length of a header as 8 bytes, the
/// header, a JSON object that says where each array lies, and the arrays, little-endian.
#ifndef RILL_EXPERIMENTS_SAFETENSORS_H
#define RILL_EXPERIMENTS_SAFETENSORS_H

#include "experiments/bytes.h"
#include "experiments/json.h"

typedef enum tensor_type {
    TENSOR_F64, ///< double
    TENSOR_U8,  ///< bytes
} tensor_type;

/// An array of one dimension, or of two.
typedef struct tensor {
    const char *name;
    tensor_type type;
    int64_t rows, columns; ///< columns 0: it has one dimension
    const void *data;      ///< (rows, columns) row-major; doubles as the machine has them
} tensor;

/// Its bytes.
size_t tensor_size(const tensor *t);
/// Writes a file. `metadata` is an object of texts. Without memory `to` is incomplete.
void safetensors_write(bytes_writer *to, const cJSON *metadata, const tensor *tensors, size_t n);

/// A file that was read; what it says is not trusted.
typedef struct safetensors {
    cJSON *header;
    const unsigned char *data; ///< (size) the arrays
    size_t size;
} safetensors;

/// Reads the header of a file, (size) bytes, which must stay. Close also after an error. RILL_INVALID: it is
/// no such file, or cut short.
rill_status safetensors_open(safetensors *file, const void *bytes, size_t size, rill_error *error);
void safetensors_close(safetensors *file);
/// A text of the metadata; NULL where there is none.
const char *safetensors_text(const safetensors *file, const char *key);
/// The bytes of an array of the type and shape that `wanted` says (its data is not used); NULL, and
/// RILL_INVALID with the reason, where there is none such.
const unsigned char *safetensors_find(const safetensors *file, const tensor *wanted,
                                      rill_error *error);

#endif
