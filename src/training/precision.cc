// Asks the processor, then measures.
#include "training/precision.h"

#include "continuo/base/error.h"
#include "continuo/base/parallel.h"
#include "continuo/nets/products.h"
#include "training/run_clock.h"

namespace continuo::training {
namespace {

constexpr double kWorthwhile = 1.25;  // of the speed of fp32: below, conversions eat what products gain

bool gains(const weights::NetworkSpec& network, int threads, const std::string& device) {
  if (device != "cpu") return false;
  const bool recurrent = std::holds_alternative<weights::LstmSpec>(network.network) ||
                         std::holds_alternative<weights::GruSpec>(network.network);
  return !recurrent || (threads > 0 ? threads : available_cores()) == 1;
}

}  // namespace

PrecisionChoice choose_precision(TrainingPrecision asked, const weights::NetworkSpec& network, int threads,
                                 const std::string& device) {
  PrecisionChoice choice{.precision = asked};
  if (asked == TrainingPrecision::kAuto) {
    choice.precision = TrainingPrecision::kFp32;
    if (!gains(network, threads, device) || !nets::has_bfloat_arithmetic()) return choice;
    choice.bfloat_speed = nets::bfloat_speed();
    if (choice.bfloat_speed >= kWorthwhile) choice.precision = TrainingPrecision::kBf16;
  } else if (asked == TrainingPrecision::kBf16 && device == "cpu") {
    choice.bfloat_speed = nets::bfloat_speed();
    if (choice.bfloat_speed == 0)
      throw Error(ErrorInfo{.message = "libtorch has no products of bfloat16 for this processor",
                            .hint =
                                "Set training.precision to \"auto\" or \"fp32\"; a run that began in bf16 can be the "
                                "start of another one in fp32.",
                            .code = ErrorCode::kUnsupported});
  }
  return choice;
}

std::string precision_note(TrainingPrecision asked, const PrecisionChoice& choice, bool began) {
  if (choice.emulated()) {
    return "warning: this machine emulates bf16: its products take " + decimals(1 / choice.bfloat_speed, 1) +
           " times as long as those in fp32" +
           (began ? ". The run began in bf16; for fp32 start another one from last.safetensors"
                  : ". Leave training.precision at \"auto\" or set it to \"fp32\"");
  }
  std::string note = "precision " + std::string(name_of(choice.precision));
  if (began) return note + ", with which the run began";
  if (asked != TrainingPrecision::kAuto) return note;
  if (choice.precision == TrainingPrecision::kBf16)
    return note + ": this machine multiplies bf16 " + decimals(choice.bfloat_speed, 1) + " times as fast as fp32";
  return note + ": the faster one for this network on this machine";
}

}  // namespace continuo::training
