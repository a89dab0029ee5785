// consumer MODEL SYMBOL...: the logits after each symbol, a line each.
#include <continuo/base/error.h>
#include <continuo/engine/engine.h>

#include <cstdio>
#include <cstdlib>

int main(int count, char** arguments) {
  if (count < 2) return 2;
  try {
    const auto model = continuo::engine::Model::create(continuo::weights::ModelFile::load(arguments[1]));
    const auto stream = model->new_stream();
    for (int i = 2; i < count; ++i) {
      for (const float logit : stream->step(static_cast<std::uint16_t>(std::atoi(arguments[i]))))
        std::printf("%.7g ", static_cast<double>(logit));
      std::printf("\n");
    }
  } catch (const continuo::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
