// The commands of the program: each registers itself, with its options, examples and what it does, on the CLI.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>

namespace continuo::app {

void add_accompany(CLI::App& app);
void add_analyse(CLI::App& app);
void add_corpus(CLI::App& app);
void add_compare(CLI::App& app);
void add_compose(CLI::App& app);
void add_render(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_infill(CLI::App& app);
void add_inspect(CLI::App& app);
void add_measure(CLI::App& app);
void add_originality(CLI::App& app);
void add_quantize(CLI::App& app);
/// `learner`: the program of the commands that learn; empty: there is none.
void add_studio(CLI::App& app, const std::filesystem::path& learner);
void add_vary(CLI::App& app);
/// `training` carries out --training, in the program that can.
void add_bench(CLI::App& app, const std::function<void(const struct TrainingBench&)>& training = {});

inline constexpr const char* kTrainDescription = "Learn from a folder of MIDI files";
inline constexpr const char* kBenchmarkDescription =
    "Train by a committed recipe and print the result beside published ones";
inline constexpr const char* kReproduceDescription =
    "Carry out a published experiment from beginning to end, as one page";

// Of continuo-learn, which builds without training lack:
void add_benchmark(CLI::App& app);
void add_train(CLI::App& app);
void add_reproduce(CLI::App& app);

}  // namespace continuo::app
