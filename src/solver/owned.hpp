#pragma once

namespace pertscale {

/// Owner of a PETSc or SLEPc object: made empty, filled through address(), destroyed at the end.
template <class Object, auto Destroy>
class Owned {
 public:
  Owned() = default;
  Owned(Owned const&) = delete;
  Owned& operator=(Owned const&) = delete;
  ~Owned() { Destroy(&object_); }
  Object* address() { return &object_; }
  Object get() const { return object_; }

 private:
  Object object_ = nullptr;
};

}  // namespace pertscale
