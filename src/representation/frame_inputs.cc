// The features of the past that networks over frames read.
#include <algorithm>
#include <array>
#include <cmath>

#include "continuo/representation/frames.h"

namespace continuo::representation {
namespace {

constexpr std::array<std::uint32_t, 7> kLengths = {1, 2, 3, 4, 8, 16, 32};  // a value for each that is reached
constexpr std::array<std::size_t, 2> kClocks = {12, 16};
constexpr std::array<float, 2> kFade = {0.9F, 0.985F};  // what is left of a count after one frame
constexpr int kClasses = 12;
constexpr double kLongestAge = 32;
constexpr std::size_t kLookBack = 4096;  // frames in which a passage is looked for
constexpr int kBesideKeys =
    2 * static_cast<int>(kLengths.size()) + 12 + 16 + kClasses * static_cast<int>(kFade.size()) + kClasses;

}  // namespace

int FrameCode::inputs(FrameHead head) const noexcept {
  if (!context_) return 0;
  const int past = 2 * keys_ + kBesideKeys;
  return head == FrameHead::kKeys ? keys_ + past : static_cast<int>(vocabulary_size()) + 2 * keys_ + past;
}

FrameInputs::FrameInputs(const FrameCode& code, FrameHead head, int semitones)
    : code_(code), semitones_(semitones), classes_(kFade.size() * kClasses) {
  const auto keys = static_cast<std::size_t>(code.keys());
  age_.resize(keys);
  const std::size_t plain = head == FrameHead::kKeys ? keys : code.vocabulary_size();
  values_.resize(code.context() ? static_cast<std::size_t>(code.inputs(head)) : plain);
  past_at_ = head == FrameHead::kKeys ? keys : plain + 2 * keys;
  if (code.context()) write_past(std::span(values_).subspan(past_at_));
}

std::span<const float> FrameInputs::step(Symbol symbol) {
  const std::size_t vocabulary = code_.vocabulary_size();
  const auto keys = static_cast<std::size_t>(code_.keys());
  std::fill_n(values_.begin(), vocabulary, 0.0F);
  if (symbol < vocabulary) values_[symbol] = 1;
  if (code_.is_key(symbol)) so_far_.set(static_cast<std::size_t>(code_.key_of(symbol)));
  const bool complete_now = symbol == code_.end_of_frame();
  if (complete_now) {
    complete(so_far_);
    so_far_.reset();
  }
  if (!code_.context()) return values_;
  for (std::size_t k = 0; k < keys; ++k) values_[vocabulary + k] = so_far_[k] ? 1 : 0;
  if (complete_now) {
    for (std::size_t k = 0; k < keys; ++k) values_[vocabulary + keys + k] = past_.back()[k] ? 1 : 0;
    write_past(std::span(values_).subspan(past_at_));
  }
  return values_;
}

std::span<const float> FrameInputs::step(const KeySet& frame) {
  complete(frame);
  for (std::size_t k = 0; k < age_.size(); ++k) values_[k] = frame[k] ? 1 : 0;
  if (code_.context()) write_past(std::span(values_).subspan(past_at_));
  return values_;
}

void FrameInputs::complete(const KeySet& frame) {
  unchanged_ = !past_.empty() && past_.back() == frame ? unchanged_ + 1 : 0;
  // suffix_[s] is the length of the longest common suffix of the past up to s and the past up to the latest frame.
  const std::size_t size = past_.size();
  match_length_ = 0;
  if (code_.context()) {
    const std::size_t oldest = size > kLookBack ? size - kLookBack : 0;
    for (std::size_t s = size; s-- > oldest;) {
      const std::uint32_t before = s > 0 ? suffix_[s - 1] : 0;
      suffix_[s] = past_[s] == frame ? before + 1 : 0;
      if (suffix_[s] > match_length_) {
        match_length_ = suffix_[s];
        match_ = s + 1;
      }
    }
    suffix_.push_back(static_cast<std::uint32_t>(size) + 1);  // with itself
  }
  past_.push_back(frame);
  for (float& count : classes_) count *= kFade[static_cast<std::size_t>(&count - classes_.data()) / kClasses];
  for (std::size_t k = 0; k < age_.size(); ++k) {
    age_[k] = frame[k] ? age_[k] + 1 : 0;
    if (!frame[k]) continue;
    const auto pitch_class = (static_cast<std::size_t>(code_.lowest()) + k) % kClasses;
    for (std::size_t fade = 0; fade < kFade.size(); ++fade) classes_[fade * kClasses + pitch_class] += 1 - kFade[fade];
  }
}

void FrameInputs::write_past(std::span<float> values) const {
  std::ranges::fill(values, 0.0F);
  std::size_t at = 0;
  for (const std::uint32_t age : age_) {
    if (age > 0) values[at] = static_cast<float>(std::log2(1 + std::min<double>(age, kLongestAge)) / 5);
    ++at;
  }
  for (std::size_t k = 0; k < age_.size(); ++k, ++at)
    if (match_length_ > 0) values[at] = past_[match_][k] ? 1 : 0;
  for (const std::uint32_t length : kLengths) values[at++] = match_length_ >= length ? 1 : 0;
  for (const std::uint32_t length : kLengths) values[at++] = unchanged_ >= length ? 1 : 0;
  for (const std::size_t clock : kClocks) {
    values[at + past_.size() % clock] = 1;
    at += clock;
  }
  for (const float count : classes_) values[at++] = count;
  values[at + static_cast<std::size_t>((semitones_ % kClasses + kClasses) % kClasses)] = 1;
}

}  // namespace continuo::representation
