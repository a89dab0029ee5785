// One sentence for each remedy.
#include "remedies.h"

namespace continuo::app {
namespace {

std::string sentence(Remedy remedy, const std::string& about) {
  switch (remedy) {
    case Remedy::kNone:
      return "";
    case Remedy::kOtherSeed:
      return "Try another --seed, or a higher --temperature.";
    case Remedy::kSample:
      return "Sample instead: --temperature 1 --top-p 0.95.";
    case Remedy::kOtherStart:
      return "Try another start: --start random, or --prompt.";
    case Remedy::kResume:
      return "Go on with --resume.";
    case Remedy::kBeginAnew:
      return "Train without --resume to begin anew.";
    case Remedy::kInspect:
      return about.empty() ? "continuo inspect tells about one file."
                           : "continuo inspect PIECE --representation " + about + " tells what is left out.";
    case Remedy::kScan:
      return std::string("continuo corpus tells why each was left out") +
             (about == "any-length" ? "; --any-length lifts the limits of 1 to 5 minutes." : ".");
    case Remedy::kTrain:
      return "Train it with continuo train.";
    case Remedy::kNameModel:
      return "Or name a model with --model.";
    case Remedy::kStartFromModel:
      return "Start from a model: --init MODEL.";
    case Remedy::kDoNotStartFrom:
      return "Train without --init.";
    case Remedy::kLeaveOut:
      return "Leave --" + about + " out.";
    case Remedy::kRemakeFilter:
      return "continuo originality --filter makes one.";
    case Remedy::kUseProcessor:
      return "Leave --device out to train on the processor.";
    case Remedy::kAllowMemory:
      return "compose --memory 4000 allows 4,000 MB.";
    case Remedy::kMeasureAll:
      return std::string("--part all measures every piece") +
             (about == "train" ? ", --part train those of the training." : ".");
  }
  return "";
}

}  // namespace

std::string explained(const Error& error) {
  const std::string more = sentence(error.info().remedy, error.info().about);
  return error.what() + (more.empty() ? more : "\n" + more);
}

}  // namespace continuo::app
