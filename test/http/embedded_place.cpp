#include "test/contract/temporary_folder.h"
#include "test/http/node_place.h"

namespace firstcome::test {
namespace {

class EmbeddedPlace : public NodePlace {
 public:
  [[nodiscard]] node::DataLocation location() const override { return node::Folder{folder_.file("data")}; }
  [[nodiscard]] node::DataPlan plan() const override { return {}; }

 private:
  TemporaryFolder folder_;
};

}  // namespace

std::unique_ptr<NodePlace> NodePlace::make() { return std::make_unique<EmbeddedPlace>(); }

}  // namespace firstcome::test
