// mulaw: each sample one of 256 classes, with pre-emphasis for those who want it.
#include "representation/mulaw.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "continuo/base/error.h"
#include "representation/representations.h"
#include "representation/settings.h"

namespace continuo::representation {

MuLaw::MuLaw(int classes) : mu_(classes - 1), per_neper_(mu_ / 2 / std::log1p(mu_)) {
  values_.reserve(static_cast<std::size_t>(classes));
  for (int c = 0; c < classes; ++c) {
    const double y = 2.0 * c / mu_ - 1;
    const double size = std::expm1(std::abs(y) * std::log1p(mu_)) / mu_;
    values_.push_back(static_cast<float>(y < 0 ? -size : size));
  }
}

Symbol MuLaw::encode(float sample) const noexcept {
  if (std::isnan(sample)) sample = 0;
  const double x = std::clamp(static_cast<double>(sample), -1.0, 1.0);
  const double steps = std::log1p(mu_ * std::abs(x)) * per_neper_;  // from the middle
  const double place = mu_ / 2 + (x < 0 ? -steps : steps);
  return static_cast<Symbol>(std::clamp(std::floor(place + 0.5), 0.0, mu_));
}

namespace {

constexpr int kMinClasses = 16;
constexpr int kMaxClasses = 65'536;

class MuLawEncoder final : public SoundEncoder {
 public:
  MuLawEncoder(const MuLaw& law, double emphasis) : law_(law), emphasis_(static_cast<float>(emphasis)) {}

  void push(std::span<const float> samples, SoundSteps& out) override {
    out.symbols.reserve(out.symbols.size() + samples.size());
    for (const float given : samples) {
      const float sample = std::isfinite(given) ? given : 0.0F;
      out.symbols.push_back(law_.encode(sample - emphasis_ * before_));
      before_ = sample;
    }
  }
  void finish(SoundSteps&) override {}

 private:
  MuLaw law_;
  float emphasis_;
  float before_ = 0;
};

class MuLawDecoder final : public SoundDecoder {
 public:
  MuLawDecoder(const MuLaw& law, double emphasis) : law_(law), emphasis_(static_cast<float>(emphasis)) {}

  void push(std::span<const Symbol> symbols, std::vector<float>& samples) override {
    samples.reserve(samples.size() + symbols.size());
    for (const Symbol symbol : symbols) {
      before_ = law_.decode(symbol) + emphasis_ * before_;
      samples.push_back(before_);
    }
  }
  void push_frame(std::span<const float>, std::vector<float>&) override {
    throw Error(ErrorCode::kUnsupported, "representation mulaw has symbols, not frames");
  }
  void finish(std::vector<float>&) override {}

 private:
  MuLaw law_;
  float emphasis_;
  float before_ = 0;
};

class MuLawRepresentation final : public SoundRepresentation {
 public:
  explicit MuLawRepresentation(const RepresentationSpec& spec)
      : spec_(spec), reader_(spec, mulaw_settings()), law_(reader_.integer("classes", kMinClasses, kMaxClasses)) {
    first_symbols(spec);  // the labels are checked
    rate_ = reader_.integer("sample_rate", kLowestSampleRate, kHighestSampleRate);
    emphasis_ = reader_.number("pre_emphasis", 0, 0.99);
    spec_.settings = reader_.all();
  }

  const RepresentationSpec& spec() const override { return spec_; }
  int sample_rate() const override { return rate_; }
  Steps steps() const override { return Steps::kSymbols; }
  int width() const override { return law_.classes(); }
  int hop() const override { return 1; }
  SoundSteps silence() const override { return {.symbols = {law_.encode(0)}, .frames = {}}; }
  std::unique_ptr<SoundEncoder> encoder() const override { return std::make_unique<MuLawEncoder>(law_, emphasis_); }
  std::unique_ptr<SoundDecoder> decoder() const override { return std::make_unique<MuLawDecoder>(law_, emphasis_); }
  SymbolMeaning describe(Symbol symbol) const override {
    constexpr int kMillionths = 1'000'000;
    if (symbol >= law_.classes()) return {};
    return {SymbolKind::kSample, static_cast<int>(std::lround(law_.decode(symbol) * kMillionths)), kMillionths};
  }
  std::vector<std::string> losses() const override {
    return {"everything above " + std::to_string(rate_ / 2) + " Hz",
            "the difference between channels: they are mixed to one",
            "amplitude within half a step of " + std::to_string(law_.classes()) +
                " classes, which are finest near silence"};
  }

 private:
  RepresentationSpec spec_;
  SettingReader reader_;
  MuLaw law_;
  int rate_ = 0;
  double emphasis_ = 0;
};

}  // namespace

std::vector<Setting> mulaw_settings() {
  return {{"sample_rate", "16000", "samples a second; higher costs as much more of everything"},
          {"classes", "256", "values that a sample can have; mu is one less"},
          {"pre_emphasis", "0", "share of the sample before that is taken off each (0.85 is usual); 0: none"}};
}

std::unique_ptr<SoundRepresentation> make_mulaw(const RepresentationSpec& spec) {
  return std::make_unique<MuLawRepresentation>(spec);
}

}  // namespace continuo::representation
