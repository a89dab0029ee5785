// continuo: learns from music and composes more of it.
#include "commands.h"
#include "continuo/base/process.h"
#include "learning_program.h"
#include "program.h"

int main(int argc, char** argv) {
  continuo::prepare_process();
  using namespace continuo::app;
  return run_program(argc, argv, [&](CLI::App& app) {
    add_corpus(app);
#ifdef CONTINUO_WITH_TRAINING
    if (needs_learning_program(argc, argv)) start_learning_program(argv);
    add_learning_commands(app);
    const std::filesystem::path learner = learning_program();
#else
    const std::filesystem::path learner;
#endif
    add_compose(app);
    add_infill(app);
    add_accompany(app);
    add_vary(app);
    add_studio(app, learner);
    add_render(app);
    add_inspect(app);
    add_measure(app);
    add_compare(app);
    add_originality(app);
    add_analyse(app);
    add_evaluate(app);
    add_quantize(app);
    add_bench(app);
  });
}
