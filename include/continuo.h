/* Continuo for C, and for every language that can call C: load a model, feed it symbols, read logits, choose the next.
 *
 *   continuo_model* model = continuo_model_load("best.safetensors");
 *   continuo_stream* stream = continuo_stream_new(model);
 *   const float* logits = continuo_stream_step(stream, symbol);
 *
 * No exception leaves these functions. Those that can fail return NULL and leave words in continuo_last_error(). A NULL
 * handle is refused in the same way by functions that return a pointer and ignored by the others; freeing NULL is
 * nothing. Link with continuo::c or -lcontinuo. docs/embedding.md has whole programs. */
#ifndef CONTINUO_H
#define CONTINUO_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CONTINUO_API __attribute__((visibility("default")))
#else
#define CONTINUO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct continuo_model continuo_model;     /* immutable; any number of threads may use one */
typedef struct continuo_stream continuo_stream;   /* one sequence; one thread at a time */
typedef struct continuo_sampler continuo_sampler; /* one thread at a time */

/* "0.1.0" */
CONTINUO_API const char* continuo_version(void);

/* What the last failed call of this thread says: the file, what is wrong, a hint. "" when none has failed. Valid until
 * this thread's next failing call. */
CONTINUO_API const char* continuo_last_error(void);

/* --- Models ------------------------------------------------------------------------------------------------------ */

/* Reads and checks a whole model file. NULL: no such file, no model, damaged, of an unknown network. */
CONTINUO_API continuo_model* continuo_model_load(const char* path);
/* The same with a say in how it runs. `precision`: "fp32", "bf16", "int8", or NULL for the file's own.
 * `instruction_set`: "scalar", "avx2", "avx-vnni", "avx512", "amx", "neon", "neon-dot", or NULL for the fastest that
 * this machine has. `threads`: for each step, 1 or 2; a second one serves WaveNets where there is a core for it, and
 * spins while there are steps. NULL also for a word that is none, or an instruction set that this machine lacks. */
CONTINUO_API continuo_model* continuo_model_load_with(const char* path, const char* precision,
                                                      const char* instruction_set, int threads);
/* As continuo_model_load, from `size` bytes in memory, which may go afterwards. */
CONTINUO_API continuo_model* continuo_model_parse(const void* bytes, size_t size);
/* Streams keep what they need of it: a model may be freed before them. */
CONTINUO_API void continuo_model_free(continuo_model* model);

/* Symbols are 0 to this number - 1, and there are so many logits; or values of a frame. 0 for NULL. */
CONTINUO_API size_t continuo_model_vocabulary_size(const continuo_model* model);
/* Symbols that may go in, or values of a frame that does: as many, but for networks that read more than they predict.
 * 0 for NULL. */
CONTINUO_API size_t continuo_model_input_size(const continuo_model* model);
/* "categorical": symbols in, logits of the next symbol out; "real" or "binary": frames. "" for NULL. */
CONTINUO_API const char* continuo_model_output(const continuo_model* model);
/* What really runs, in the words of continuo_model_load_with. "" for NULL. */
CONTINUO_API const char* continuo_model_precision(const continuo_model* model);
CONTINUO_API const char* continuo_model_instruction_set(const continuo_model* model);
/* Labels for conditioning are 1 to this number - 1, 0 is 'unknown'; 0: the model has none. */
CONTINUO_API int continuo_model_labels(const continuo_model* model);
/* Symbols on which a prediction depends; 0: all since the start. */
CONTINUO_API size_t continuo_model_receptive_field(const continuo_model* model);
/* A text of the file by its key ("continuo.representation"), valid as long as the model; "" when it has none. */
CONTINUO_API const char* continuo_model_metadata(const continuo_model* model, const char* key);

/* --- Streams ----------------------------------------------------------------------------------------------------- */

/* A sequence before its first symbol. */
CONTINUO_API continuo_stream* continuo_stream_new(const continuo_model* model);
CONTINUO_API void continuo_stream_free(continuo_stream* stream);

/* Consumes a symbol and gives the logits [vocabulary size] of the next one, valid until the next call with this stream.
 * Never fails and allocates nothing. A symbol beyond the vocabulary is taken as symbol 0. */
CONTINUO_API const float* continuo_stream_step(continuo_stream* stream, uint16_t symbol);
/* For networks over frames: consumes [input size] values and gives [vocabulary size], the next frame itself, the logits
 * of its values being 1 or those of the next symbol. A network over symbols takes the frame as the symbol of its
 * greatest value. */
CONTINUO_API const float* continuo_stream_step_frame(continuo_stream* stream, const float* frame);
/* All of `symbols` in turn; the logits after the last of them, or those that stood when there are none. */
CONTINUO_API const float* continuo_stream_prime(continuo_stream* stream, const uint16_t* symbols, size_t count);
/* The logits once more; NULL before the first symbol. */
CONTINUO_API const float* continuo_stream_logits(const continuo_stream* stream);
/* Back to before the first symbol. The label stays. */
CONTINUO_API void continuo_stream_reset(continuo_stream* stream);
/* Conditioning from the next step on; labels beyond the model's are taken as 0. */
CONTINUO_API void continuo_stream_set_label(continuo_stream* stream, int label);

/* --- Choosing ---------------------------------------------------------------------------------------------------- */

/* The most probable symbol, the lowest of equals; 0 when there is none. */
CONTINUO_API uint16_t continuo_argmax(const float* logits, size_t count);

/* Draws symbols: logits divided by `temperature` (above 0), of the `top_k` most probable (0: all) the smallest set with
 * the probability `top_p` (above 0, at most 1). The same seed gives the same choices. */
CONTINUO_API continuo_sampler* continuo_sampler_new(size_t vocabulary_size, double temperature, int top_k, double top_p,
                                                    uint64_t seed);
CONTINUO_API void continuo_sampler_free(continuo_sampler* sampler);
/* `logits` [vocabulary size]; `mask` is NULL or [vocabulary size], where 0 forbids. 0 when nothing is allowed. */
CONTINUO_API uint16_t continuo_sampler_choose(continuo_sampler* sampler, const float* logits, const uint8_t* mask);

#ifdef __cplusplus
}
#endif

#endif
