//! Editors made of closures.

use crate::collector::ottl::function::Editor;
use crate::collector::ottl::scene::Scene;

/// What a builder of an editor returns.
pub type Built = Result<Box<dyn Editor>, String>;

/// An editor that is a closure.
struct Work<F>(F);

impl<F: Fn(&mut Scene<'_>) -> Result<(), String>> Editor for Work<F> {
    fn run(&self, scene: &mut Scene<'_>) -> Result<(), String> {
        (self.0)(scene)
    }
}

/// An editor made of what it does to one item.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn work(work: impl Fn(&mut Scene<'_>) -> Result<(), String> + 'static) -> Built {
    Ok(Box::new(Work(work)))
}
