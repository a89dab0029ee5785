// continuo-learn: the commands of continuo that need libtorch.
#include "bench_training.h"
#include "commands.h"
#include "continuo/base/process.h"
#include "continuo/nets/threads.h"
#include "program.h"

int main(int argc, char** argv) {
  continuo::prepare_process();
  continuo::nets::start_for_training(argv);
  using namespace continuo::app;
  return run_program(argc, argv, [](CLI::App& app) {
    add_train(app);
    add_benchmark(app);
    add_reproduce(app);
    add_bench(app, bench_training);
  });
}
