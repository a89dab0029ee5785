// The C interface over the engine and the sampler: handles hold the C++ objects, every exception becomes a text.
#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "c_api/handles.h"
#include "continuo.h"
#include "continuo/base/error.h"
#include "continuo/loaded/known_passages.h"

namespace {

using continuo::ErrorCode;
using continuo::c_api::guarded;
using continuo::c_api::last_error;
using continuo::c_api::refuse;
using continuo::c_api::required;

constexpr std::size_t kMaxSymbols = 65'536;

continuo::engine::Options options_from(const char* precision, const char* instruction_set, int threads) {
  continuo::engine::Options options{.threads = threads};
  if (precision != nullptr) {
    options.precision = continuo::weights::precision_from(precision);
    if (!options.precision)
      throw continuo::Error({.message = "there is no precision '" + std::string(precision) + "'",
                             .hint = "Use fp32, bf16 or int8.",
                             .code = ErrorCode::kInvalidArgument});
  }
  if (instruction_set != nullptr) {
    const auto set = continuo::engine::instruction_set_from(instruction_set);
    if (!set)
      throw continuo::Error(ErrorCode::kInvalidArgument,
                            "there is no instruction set '" + std::string(instruction_set) + "'");
    options.instruction_set = *set;
  }
  if (threads < 1) throw continuo::Error(ErrorCode::kInvalidArgument, "a step needs at least 1 thread");
  return options;
}

std::unique_ptr<continuo_model> open_model(const continuo::weights::ModelFile& file,
                                           const continuo::engine::Options& options) {
  return std::make_unique<continuo_model>(
      continuo_model{continuo::engine::Model::create(file, options), file.all_metadata(), nullptr});
}

std::span<const std::uint8_t> bytes_of(const void* bytes, std::size_t size) {
  return {static_cast<const std::uint8_t*>(bytes), bytes == nullptr ? 0 : size};
}

}  // namespace

extern "C" {

const char* continuo_version(void) { return CONTINUO_VERSION; }

const char* continuo_last_error(void) { return last_error().text.c_str(); }

int continuo_last_error_code(void) { return last_error().code; }

const char* continuo_last_error_path(void) { return last_error().path.c_str(); }

int64_t continuo_last_error_offset(void) { return last_error().offset; }

const char* continuo_last_error_about(void) { return last_error().about.c_str(); }

continuo_model* continuo_model_load(const char* path) {
  return guarded([&] { return continuo_model_load_with(required(path, "the path"), nullptr, nullptr, 1); });
}

continuo_model* continuo_model_load_with(const char* path, const char* precision, const char* instruction_set,
                                         int threads) {
  return guarded([&] {
    const auto options = options_from(precision, instruction_set, threads);
    auto model = open_model(continuo::weights::ModelFile::load(required(path, "the path")), options);
    if (const auto filter = continuo::loaded::passage_filter_of(path); std::filesystem::exists(filter))
      model->known = std::make_shared<continuo::loaded::PassageFilter>(continuo::loaded::PassageFilter::open(filter));
    return model.release();
  });
}

continuo_model* continuo_model_parse(const void* bytes, size_t size) {
  return continuo_model_parse_with(bytes, size, nullptr, 0, nullptr, nullptr, 1);
}

continuo_model* continuo_model_parse_with(const void* bytes, size_t size, const void* filter, size_t filter_size,
                                          const char* precision, const char* instruction_set, int threads) {
  return guarded([&] {
    required(bytes, "the bytes");
    const auto given = bytes_of(bytes, size);
    const auto options = options_from(precision, instruction_set, threads);
    auto model =
        open_model(continuo::weights::ModelFile::parse({given.begin(), given.end()}, "the bytes given"), options);
    if (filter_size > 0)
      model->known = std::make_shared<continuo::loaded::PassageFilter>(
          continuo::loaded::PassageFilter::parse(bytes_of(filter, filter_size)));
    return model.release();
  });
}

void continuo_model_free(continuo_model* model) { delete model; }

size_t continuo_model_vocabulary_size(const continuo_model* model) {
  return model == nullptr ? 0 : static_cast<std::size_t>(model->model->vocabulary_size());
}

size_t continuo_model_input_size(const continuo_model* model) {
  return model == nullptr ? 0 : static_cast<std::size_t>(model->model->spec().input_size());
}

const char* continuo_model_output(const continuo_model* model) {
  return model == nullptr ? "" : continuo::name_of(model->model->spec().output).data();
}

const char* continuo_model_precision(const continuo_model* model) {
  return model == nullptr ? "" : continuo::weights::name(model->model->precision()).data();  // of literals
}

const char* continuo_model_instruction_set(const continuo_model* model) {
  return model == nullptr ? "" : continuo::engine::name(model->model->instruction_set()).data();
}

int continuo_model_labels(const continuo_model* model) { return model == nullptr ? 0 : model->model->spec().labels; }

size_t continuo_model_receptive_field(const continuo_model* model) {
  return model == nullptr ? 0 : static_cast<std::size_t>(model->model->spec().receptive_field());
}

const char* continuo_model_metadata(const continuo_model* model, const char* key) {
  if (model == nullptr || key == nullptr) return "";
  const auto found = std::ranges::find(model->metadata, std::string_view(key),
                                       [](const auto& item) { return std::string_view(item.first); });
  return found == model->metadata.end() ? "" : found->second.c_str();
}

continuo_stream* continuo_stream_new(const continuo_model* model) {
  return guarded([&] {
    required(model, "the model");
    return std::make_unique<continuo_stream>(
               continuo_stream{model->model->new_stream(), continuo_model_input_size(model)})
        .release();
  });
}

void continuo_stream_free(continuo_stream* stream) { delete stream; }

const float* continuo_stream_step(continuo_stream* stream, uint16_t symbol) {
  return continuo_stream_prime(stream, &symbol, 1);
}

const float* continuo_stream_prime(continuo_stream* stream, const uint16_t* symbols, size_t count) {
  if (stream == nullptr || (symbols == nullptr && count > 0)) {
    refuse(stream == nullptr ? "the stream is NULL" : "the symbols are NULL", ErrorCode::kInvalidArgument);
    return nullptr;
  }
  for (std::size_t i = 0; i < count; ++i) stream->logits = stream->stream->step(symbols[i]);
  return stream->logits.data();
}

const float* continuo_stream_step_frame(continuo_stream* stream, const float* frame) {
  if (stream == nullptr || frame == nullptr) {
    refuse(stream == nullptr ? "the stream is NULL" : "the frame is NULL", ErrorCode::kInvalidArgument);
    return nullptr;
  }
  stream->logits = stream->stream->step(std::span(frame, stream->width));
  return stream->logits.data();
}

const float* continuo_stream_logits(const continuo_stream* stream) {
  return stream == nullptr ? nullptr : stream->logits.data();
}

void continuo_stream_reset(continuo_stream* stream) {
  if (stream == nullptr) return;
  stream->stream->reset();
  stream->logits = {};
}

void continuo_stream_set_label(continuo_stream* stream, int label) {
  if (stream != nullptr) stream->stream->set_label(label);
}

uint16_t continuo_argmax(const float* logits, size_t count) {
  if (logits == nullptr || count == 0) return 0;
  return static_cast<std::uint16_t>(std::max_element(logits, logits + std::min(count, kMaxSymbols)) - logits);
}

continuo_sampler* continuo_sampler_new(size_t vocabulary_size, double temperature, int top_k, double top_p,
                                       uint64_t seed) {
  return guarded([&] {
    if (vocabulary_size > kMaxSymbols)
      throw continuo::Error(ErrorCode::kInvalidArgument, "a vocabulary has at most 65,536 symbols");
    const continuo::generation::SamplingOptions options{.temperature = temperature, .top_k = top_k, .top_p = top_p};
    return std::make_unique<continuo_sampler>(continuo_sampler{continuo::generation::Sampler(options, vocabulary_size),
                                                               continuo::Random(seed), vocabulary_size})
        .release();
  });
}

void continuo_sampler_free(continuo_sampler* sampler) { delete sampler; }

uint16_t continuo_sampler_choose(continuo_sampler* sampler, const float* logits, const uint8_t* mask) {
  if (sampler == nullptr || logits == nullptr) return 0;
  const std::size_t size = sampler->vocabulary_size;
  return sampler->sampler.choose(
      {logits, size}, mask == nullptr ? std::span<const std::uint8_t>{} : std::span(mask, size), sampler->random);
}

}  // extern "C"
