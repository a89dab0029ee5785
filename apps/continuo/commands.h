// The commands of the program: each registers itself, with its options, examples and what it does, on the CLI.
#pragma once

#include <CLI/CLI.hpp>

namespace continuo::app {

void add_analyse(CLI::App& app);
void add_corpus(CLI::App& app);
void add_compare(CLI::App& app);
void add_compose(CLI::App& app);
void add_render(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_inspect(CLI::App& app);
void add_measure(CLI::App& app);
void add_originality(CLI::App& app);
void add_quantize(CLI::App& app);
void add_bench(CLI::App& app);
void add_benchmark(CLI::App& app);  // absent in builds without training
void add_train(CLI::App& app);      // likewise
void add_reproduce(CLI::App& app);  // likewise

}  // namespace continuo::app
