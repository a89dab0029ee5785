/* logits MODEL SYMBOL...: the logits after each symbol, a line each. */
#include <continuo.h>
#include <stdio.h>
#include <stdlib.h>

int main(int count, char** arguments) {
  continuo_model* model = count < 2 ? NULL : continuo_model_load(arguments[1]);
  if (model == NULL) {
    fprintf(stderr, "%s\n", continuo_last_error());
    return 1;
  }
  continuo_stream* stream = continuo_stream_new(model);
  size_t size = continuo_model_vocabulary_size(model);
  continuo_model_free(model); /* the stream lives on */
  for (int i = 2; i < count; ++i) {
    const float* logits = continuo_stream_step(stream, (uint16_t)atoi(arguments[i]));
    for (size_t s = 0; s < size; ++s) printf("%.7g ", (double)logits[s]);
    printf("\n");
  }
  continuo_stream_free(stream);
  return 0;
}
