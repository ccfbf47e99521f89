//! Statements: an editor, and the condition under which it runs.

use crate::collector::position::ConfigError;
use crate::collector::position::Position;

use super::compile::Compiler;
use super::compile::Setting;
use super::condition::Node;
use super::function::Build;
use super::function::Editor;
use super::lexer::Fault;
use super::parser;
use super::scene::Scene;

/// A compiled statement. Not `Send`: each thread compiles its own.
pub struct Statement {
    text: String,
    at: Position,
    name: String,
    editor: Box<dyn Editor>,
    condition: Node,
}

impl Statement {
    /// Compiles a statement that stands at `at`.
    ///
    /// # Errors
    /// The real library refuses it at start, or it uses what is not simulated.
    pub fn compile(text: &str, at: Position, setting: Setting) -> Result<Self, ConfigError> {
        let compiled = || {
            let statement = parser::statement(text, setting.version)?;
            let call = &statement.editor;
            let mut compiler = Compiler::new(setting);
            let function = compiler.function(&call.name, &call.span)?;
            let arguments = compiler.arguments(function, call)?;
            let Build::Editor(build) = function.build else {
                let message = format!("`{}` is no editor", call.name);
                return Err(Fault::of(&call.span, message));
            };
            let editor = build(arguments).map_err(|error| {
                let message = format!("`{}` cannot be used like this: {error}", call.name);
                Fault::of(&call.span, message)
            })?;
            let condition = match &statement.condition {
                Some(condition) => compiler.condition(condition)?,
                None => Node::Const(true),
            };
            Ok((call.name.clone(), editor, condition))
        };
        let (name, editor, condition) =
            compiled().map_err(|fault: Fault| fault.at(at, "statement", text))?;
        Ok(Self {
            text: text.to_owned(),
            at,
            name,
            editor,
            condition,
        })
    }

    /// Runs it for the item; tells whether its condition held.
    ///
    /// # Errors
    /// The condition or the editor failed, in the Collector's words where they are known.
    pub fn execute(&self, scene: &mut Scene<'_>) -> Result<bool, String> {
        let holds = self.condition.eval(scene)?;
        if holds {
            self.editor.run(scene)?;
        }
        Ok(holds)
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it stands.
    pub fn at(&self) -> Position {
        self.at
    }

    /// The editor that it calls.
    pub fn editor(&self) -> &str {
        &self.name
    }
}
