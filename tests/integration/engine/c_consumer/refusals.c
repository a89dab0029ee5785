/* refusals MODEL: the contract of continuo.h beyond logits; ends with 0 when all of it holds. */
#include <continuo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void check(int holds, const char* what) {
  if (holds) return;
  ++failures;
  fprintf(stderr, "does not hold: %s (last error: %s)\n", what, continuo_last_error());
}

#define CHECK(condition) check(condition, #condition)
#define CHECK_ERROR(words) check(strstr(continuo_last_error(), words) != NULL, "the error says " words)

static void* read_all(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) exit(2);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  void* bytes = malloc(*size);
  if (bytes == NULL || fread(bytes, 1, *size, file) != *size) exit(2);
  fclose(file);
  return bytes;
}

static void check_null(void) {
  CHECK(strcmp(continuo_last_error(), "") == 0);
  CHECK(continuo_model_load(NULL) == NULL);
  CHECK_ERROR("the path is NULL");
  CHECK(continuo_model_parse(NULL, 0) == NULL);
  CHECK(continuo_stream_new(NULL) == NULL);
  CHECK_ERROR("the model is NULL");
  CHECK(continuo_stream_step(NULL, 0) == NULL);
  CHECK_ERROR("the stream is NULL");
  CHECK(continuo_stream_step_frame(NULL, NULL) == NULL);
  CHECK(continuo_stream_logits(NULL) == NULL);
  CHECK(continuo_model_vocabulary_size(NULL) == 0);
  CHECK(continuo_model_input_size(NULL) == 0);
  CHECK(continuo_model_labels(NULL) == 0);
  CHECK(continuo_model_receptive_field(NULL) == 0);
  CHECK(strcmp(continuo_model_metadata(NULL, "x"), "") == 0);
  CHECK(strcmp(continuo_model_output(NULL), "") == 0);
  CHECK(continuo_argmax(NULL, 3) == 0);
  CHECK(continuo_sampler_choose(NULL, NULL, NULL) == 0);
  continuo_stream_reset(NULL);
  continuo_stream_set_label(NULL, 1);
  continuo_model_free(NULL);
  continuo_stream_free(NULL);
  continuo_sampler_free(NULL);
}

static void check_errors(const char* bytes, size_t size) {
  CHECK(continuo_model_load("/no/such/model.safetensors") == NULL);
  CHECK_ERROR("/no/such/model.safetensors");
  CHECK(continuo_model_parse(bytes, size - 1) == NULL);
  CHECK_ERROR("the bytes given");
  CHECK(continuo_sampler_new(10, 0.0, 0, 1.0, 1) == NULL);
  CHECK_ERROR("temperature");
  CHECK(continuo_sampler_new(1u << 20, 1.0, 0, 1.0, 1) == NULL);
}

static void check_options(const char* path, size_t vocabulary) {
  CHECK(continuo_model_load_with(NULL, NULL, NULL, 1) == NULL);
  CHECK(continuo_model_load_with(path, "fp64", NULL, 1) == NULL);
  CHECK_ERROR("there is no precision 'fp64'");
  CHECK(continuo_model_load_with(path, NULL, "mmx", 1) == NULL);
  CHECK_ERROR("there is no instruction set 'mmx'");
  CHECK(continuo_model_load_with(path, NULL, NULL, 0) == NULL);
  CHECK_ERROR("at least 1 thread");
  continuo_model* plain = continuo_model_load(path);
  continuo_model* narrow = continuo_model_load_with(path, "int8", "scalar", 2);
  continuo_model* best = continuo_model_load_with(path, "int8", NULL, 1);
  CHECK(plain != NULL && narrow != NULL && best != NULL);
  CHECK(strcmp(continuo_model_precision(plain), "fp32") == 0);
  CHECK(strcmp(continuo_model_precision(narrow), "int8") == 0);
  CHECK(strcmp(continuo_model_instruction_set(narrow), "scalar") == 0);
  CHECK(strlen(continuo_model_instruction_set(best)) > 2);
  continuo_stream* a = continuo_stream_new(plain);
  continuo_stream* b = continuo_stream_new(narrow);
  continuo_stream* c = continuo_stream_new(best);
  size_t bytes = vocabulary * sizeof(float);
  CHECK(memcmp(continuo_stream_step(b, 1), continuo_stream_step(c, 1), bytes) == 0); /* whatever runs it */
  CHECK(memcmp(continuo_stream_step(a, 1), continuo_stream_logits(b), bytes) != 0);
  continuo_stream_free(a);
  continuo_stream_free(b);
  continuo_stream_free(c);
  continuo_model_free(plain);
  continuo_model_free(narrow);
  continuo_model_free(best);
}

static void check_streams(const continuo_model* model, size_t vocabulary) {
  const uint16_t symbols[] = {1, 0, 3, 2};
  continuo_stream* a = continuo_stream_new(model);
  continuo_stream* b = continuo_stream_new(model);
  CHECK(a != NULL && b != NULL);
  CHECK(continuo_stream_logits(a) == NULL);
  CHECK(continuo_stream_prime(a, symbols, 0) == NULL);
  for (int i = 0; i < 4; ++i) continuo_stream_step(b, symbols[i]);
  const float* logits = continuo_stream_prime(a, symbols, 4);
  CHECK(memcmp(logits, continuo_stream_logits(b), vocabulary * sizeof(float)) == 0);
  CHECK(continuo_stream_logits(a) == logits);
  CHECK(continuo_stream_prime(a, NULL, 0) == logits);

  float first[64];
  continuo_stream_reset(a);
  CHECK(continuo_stream_logits(a) == NULL);
  memcpy(first, continuo_stream_step(a, 2), vocabulary * sizeof(float));
  continuo_stream_step(a, 1);
  continuo_stream_reset(a);
  CHECK(memcmp(continuo_stream_step(a, 2), first, vocabulary * sizeof(float)) == 0);
  if (continuo_model_labels(model) > 1) {
    continuo_stream_reset(a);
    continuo_stream_set_label(a, 1);
    CHECK(memcmp(continuo_stream_step(a, 2), first, vocabulary * sizeof(float)) != 0);
  }
  float frame[64] = {0};
  frame[2] = 1;
  continuo_stream_reset(b);
  CHECK(memcmp(continuo_stream_step_frame(b, frame), first, vocabulary * sizeof(float)) == 0);
  continuo_stream_free(a);
  continuo_stream_free(b);
}

static void check_choosing(void) {
  const float logits[] = {0.5f, 2.0f, 2.0f, -1.0f};
  const uint8_t mask[] = {1, 0, 0, 1};
  CHECK(continuo_argmax(logits, 4) == 1);
  CHECK(continuo_argmax(logits, 1) == 0);
  continuo_sampler* a = continuo_sampler_new(4, 1.0, 0, 1.0, 7);
  continuo_sampler* b = continuo_sampler_new(4, 1.0, 0, 1.0, 7);
  continuo_sampler* best = continuo_sampler_new(4, 1.0, 1, 1.0, 7);
  int counts[4] = {0};
  for (int i = 0; i < 4000; ++i) {
    uint16_t symbol = continuo_sampler_choose(a, logits, NULL);
    CHECK(symbol < 4 && symbol == continuo_sampler_choose(b, logits, NULL));
    ++counts[symbol % 4];
  }
  /* Of e^0.5, e^2, e^2, e^-1: 0.0980, 0.4395, 0.4395, 0.0219; five standard deviations either way. */
  CHECK(counts[0] > 298 && counts[0] < 486);
  CHECK(counts[1] > 1601 && counts[1] < 1915);
  CHECK(counts[3] > 41 && counts[3] < 134);
  for (int i = 0; i < 100; ++i) {
    uint16_t symbol = continuo_sampler_choose(a, logits, mask);
    CHECK(symbol == 0 || symbol == 3);
    CHECK(continuo_sampler_choose(best, logits, NULL) == 1);
  }
  continuo_sampler_free(a);
  continuo_sampler_free(b);
  continuo_sampler_free(best);
}

int main(int count, char** arguments) {
  if (count != 2) return 2;
  size_t size = 0;
  char* bytes = read_all(arguments[1], &size);
  check_null();
  check_errors(bytes, size);
  continuo_model* model = continuo_model_parse(bytes, size);
  free(bytes);
  CHECK(model != NULL);
  if (model == NULL) return 1;
  size_t vocabulary = continuo_model_vocabulary_size(model);
  CHECK(vocabulary > 3 && vocabulary <= 64);
  CHECK(continuo_model_receptive_field(model) > 0);
  CHECK(strcmp(continuo_model_metadata(model, "continuo.version"), "1") == 0);
  CHECK(strcmp(continuo_model_metadata(model, "no such key"), "") == 0);
  CHECK(strcmp(continuo_model_output(model), "categorical") == 0);
  CHECK(strlen(continuo_version()) >= 5);
  check_options(arguments[1], vocabulary);
  check_streams(model, vocabulary);
  check_choosing();
  continuo_model_free(model);
  return failures == 0 ? 0 : 1;
}
