// What the commands' options share: checks that say what to give instead, words for a shell.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "continuo/engine/engine.h"
#include "continuo/weights/precision.h"

namespace continuo::app {

inline constexpr std::uint64_t kMaxSeed = (std::uint64_t{1} << 63) - 1;  ///< TOML's greatest, which recipes keep
inline constexpr std::uint64_t kMaxThreads = 1024;
inline constexpr std::uint64_t kMaxPieces = 1'000'000'000;

/// Text that is a whole number from `least` to `most` and nothing else. CLI11's own checks let -1 pass for a large
/// number, and what overflows for another.
CLI::Validator whole(std::uint64_t least, std::uint64_t most);
/// A number above 0, `most` at most.
CLI::Validator amount(double most);
/// A number from `least` to `most`.
CLI::Validator number(double least, double most);
/// For transform(): one of these words, in any case of letters and with or without hyphens and spaces, becomes as it
/// stands here.
CLI::Validator one_of(std::vector<std::string> words);

/// --precision, which leaves `precision` empty where it is not given.
void add_precision(CLI::App& command, std::optional<weights::Precision>& precision);

inline constexpr const char* kDefaultModel = "default";  ///< stands for the model that comes along

/// --model, which leaves `model` empty where it is not given: see model_or_default().
CLI::Option* add_model(CLI::App& command, std::filesystem::path& model);
/// The model that comes along when `model` is empty or the word "default". Throws Error when there is none.
std::filesystem::path model_or_default(const std::filesystem::path& model);

/// By its name. Throws Error, with those that this machine has, when there is none of that name.
engine::InstructionSet instruction_set_called(const std::string& name);
/// --instruction-set.
void add_instruction_set(CLI::App& command, engine::InstructionSet& set);

/// As one word of a POSIX shell: quoted where it must be.
std::string shell_word(const std::string& text);

}  // namespace continuo::app
