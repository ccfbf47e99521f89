//! From words to a tree (`parser/parser.go` of expr-lang).
//!
//! The grammar is whole. What is not simulated is refused here by its name, where it is met.

use super::Dialect;
use super::Fault;
use super::ast::Builtin;
use super::ast::Kind;
use super::ast::Node;
use super::ast::Op;
use super::functions;
use super::lexer;
use super::lexer::Kind as Word;
use super::lexer::Token;

/// How deep brackets and operators may nest: each level costs stack.
const DEEPEST: u16 = 100;

/// How tightly `not` and `!` bind.
const NOT: u16 = 50;

/// How tightly signs bind.
const SIGN: u16 = 90;

/// The tree of a text.
///
/// # Errors
/// It is no expression, or it has what is not simulated.
pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Node, Fault> {
    let mut parser = Parser {
        tokens: lexer::lex(text, dialect)?,
        at: 0,
        predicates: 0,
        depth: 0,
        dialect,
    };
    let node = parser.sequence()?;
    match parser.current().kind {
        Word::End => Ok(node),
        _ => Err(parser.unexpected()),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// How many predicates this stands in.
    predicates: u16,
    depth: u16,
    dialect: Dialect,
}

impl Parser {
    fn current(&self) -> &Token {
        // The last word is the end, which is never passed.
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> Token {
        let token = self.current().clone();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn is(&self, kind: Word, text: &str) -> bool {
        self.current().is(kind, text)
    }

    fn is_operator(&self, text: &str) -> bool {
        self.is(Word::Operator, text)
    }

    fn is_bracket(&self, text: &str) -> bool {
        self.is(Word::Bracket, text)
    }

    fn unexpected(&self) -> Fault {
        let Token { kind, text, column } = self.current();
        Fault::Wrong(match kind {
            Word::End => "unexpected end of expression".to_owned(),
            Word::Text => format!("unexpected text {text:?} at character {column}"),
            _ => format!("unexpected `{text}` at character {column}"),
        })
    }

    fn expect(&mut self, kind: Word, text: &str) -> Result<(), Fault> {
        if !self.is(kind, text) {
            return Err(self.unexpected());
        }
        self.next();
        Ok(())
    }

    fn name(&mut self) -> Result<String, Fault> {
        if self.current().kind != Word::Identifier {
            return Err(self.unexpected());
        }
        Ok(self.next().text)
    }

    /// Expressions with semicolons between them, where the dialect has that.
    fn sequence(&mut self) -> Result<Node, Fault> {
        let first = self.expression(0)?;
        if !self.dialect.is_new() {
            return Ok(first);
        }
        let mut nodes = vec![first];
        while self.is_operator(";") {
            self.next();
            if self.current().kind == Word::End {
                break;
            }
            nodes.push(self.expression(0)?);
        }
        match nodes.len() {
            1 => nodes.pop().ok_or_else(|| self.unexpected()),
            _ => Node::new(Kind::Sequence(nodes)),
        }
    }

    fn expression(&mut self, precedence: u16) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let what = format!("an expression that nests more than {DEEPEST} times");
            return Err(Fault::NotSimulated(what));
        }
        let node = self.operators(precedence);
        self.depth -= 1;
        node
    }

    fn operators(&mut self, precedence: u16) -> Result<Node, Fault> {
        if precedence == 0 && self.is_operator("let") {
            return self.declaration();
        }
        if precedence == 0 && self.is_operator("if") {
            return self.branches();
        }
        let mut left = self.primary()?;
        let mut after_coalesce = false;
        while self.current().kind == Word::Operator {
            let before = self.at;
            let negated = self.is_operator("not");
            if negated {
                self.next();
                let can = ["contains", "matches", "startsWith", "endsWith", "in"];
                if !can.contains(&self.current().text.as_str()) {
                    return Err(self.unexpected());
                }
            }
            let text = self.current().text.clone();
            if text == "**" || text == "^" {
                return Err(Fault::NotSimulated(format!("the operator `{text}`")));
            }
            if text == "|" && precedence == 0 {
                self.next();
                let name = self.name()?;
                left = self.call(name, vec![left])?;
                after_coalesce = false;
                continue;
            }
            let Some((op, binds)) = Op::read(&text).filter(|(_, binds)| *binds >= precedence)
            else {
                self.at = before;
                break;
            };
            self.next();
            if after_coalesce && op != Op::Coalesce {
                let message =
                    format!("`{text}` and `??` cannot be mixed: put one of them in parentheses");
                return Err(Fault::Wrong(message));
            }
            left = if op.is_comparison() {
                self.comparison(left, op, binds)?
            } else {
                let right = self.expression(binds + 1)?;
                binary(op, left, right)?
            };
            if negated {
                left = Node::new(Kind::Not(Box::new(left)))?;
            }
            after_coalesce = op == Op::Coalesce;
        }
        if precedence == 0 {
            left = self.conditional(left)?;
        }
        Ok(left)
    }

    /// `a < b < c` is `a < b and b < c`.
    fn comparison(&mut self, left: Node, op: Op, binds: u16) -> Result<Node, Fault> {
        let right = self.expression(binds + 1)?;
        let next = Op::read(&self.current().text).map(|(op, _)| op);
        if self.current().kind == Word::Operator && next.is_some_and(Op::is_comparison) {
            return Err(Fault::NotSimulated(
                "a row of comparisons (`a < b < c`)".into(),
            ));
        }
        binary(op, left, right)
    }

    fn declaration(&mut self) -> Result<Node, Fault> {
        self.next();
        let name = self.name()?;
        self.expect(Word::Operator, "=")?;
        let value = Box::new(self.expression(0)?);
        self.expect(Word::Operator, ";")?;
        let body = Box::new(self.sequence()?);
        Node::new(Kind::Let { name, value, body })
    }

    /// `if a { b } else { c }`.
    fn branches(&mut self) -> Result<Node, Fault> {
        self.next();
        let condition = self.expression(0)?;
        let then = self.block()?;
        self.expect(Word::Operator, "else")?;
        let otherwise = if self.is_operator("if") {
            self.expression(0)?
        } else {
            self.block()?
        };
        Node::new(Kind::Conditional(Box::new([condition, then, otherwise])))
    }

    fn block(&mut self) -> Result<Node, Fault> {
        self.expect(Word::Bracket, "{")?;
        let node = self.sequence()?;
        self.expect(Word::Bracket, "}")?;
        Ok(node)
    }

    fn conditional(&mut self, mut node: Node) -> Result<Node, Fault> {
        while self.is_operator("?") {
            self.next();
            if self.is_operator(":") {
                return Err(Fault::NotSimulated("the operator `?:`".into()));
            }
            let then = self.expression(0)?;
            self.expect(Word::Operator, ":")?;
            let otherwise = self.expression(0)?;
            node = Node::new(Kind::Conditional(Box::new([node, then, otherwise])))?;
        }
        Ok(node)
    }

    fn primary(&mut self) -> Result<Node, Fault> {
        let token = self.current().clone();
        if token.kind == Word::Operator {
            match token.text.as_str() {
                "not" | "!" => {
                    self.next();
                    let node = Box::new(self.expression(NOT)?);
                    let node = Node::new(Kind::Not(node))?;
                    return self.postfix(node);
                }
                "-" | "+" => {
                    self.next();
                    let node = Box::new(self.expression(SIGN)?);
                    let minus = token.text == "-";
                    let node = Node::new(Kind::Sign { minus, node })?;
                    return self.postfix(node);
                }
                "#" if self.predicates > 0 => {
                    self.next();
                    if self.current().kind == Word::Identifier {
                        let name = &self.current().text;
                        return Err(match name.as_str() {
                            "index" | "acc" => Fault::NotSimulated(format!("`#{name}`")),
                            _ => Fault::Wrong(format!("unknown pointer #{name}")),
                        });
                    }
                    let node = Node::new(Kind::Pointer)?;
                    return self.postfix(node);
                }
                "." if self.predicates > 0 => {
                    let node = Node::new(Kind::Pointer)?;
                    return self.postfix(node);
                }
                "::" => {
                    self.next();
                    let name = self.name()?;
                    let node = self.call(name, Vec::new())?;
                    return self.postfix(node);
                }
                _ => {}
            }
        }
        if token.is(Word::Bracket, "(") {
            self.next();
            let node = self.sequence()?;
            self.expect(Word::Bracket, ")")?;
            return self.postfix(node);
        }
        self.secondary()
    }

    fn secondary(&mut self) -> Result<Node, Fault> {
        let token = self.current().clone();
        let kind = match token.kind {
            Word::Identifier => {
                self.next();
                match token.text.as_str() {
                    "true" => Kind::Bool(true),
                    "false" => Kind::Bool(false),
                    "nil" => Kind::Nil,
                    _ if self.is_bracket("(") => {
                        let node = self.call(token.text, Vec::new())?;
                        return self.postfix(node);
                    }
                    _ => Kind::Name(token.text),
                }
            }
            Word::Number => {
                self.next();
                return Node::new(number(&token.text)?);
            }
            Word::Text => {
                self.next();
                Kind::Str(token.text.into())
            }
            Word::Bracket if token.text == "[" => Kind::Array(self.array()?),
            Word::Bracket if token.text == "{" => Kind::Map(self.map()?),
            _ => return Err(self.unexpected()),
        };
        let node = Node::new(kind)?;
        self.postfix(node)
    }

    /// What follows the name of a function; `arguments` come through a pipe.
    fn call(&mut self, name: String, mut arguments: Vec<Node>) -> Result<Node, Fault> {
        let kind = match functions::known(&name, self.dialect)? {
            Some(known) if known.predicate => {
                self.predicate(known.name, known.optional, &mut arguments)?;
                builtin(known.name, arguments)
            }
            Some(known) => {
                self.arguments(&mut arguments)?;
                builtin(known.name, arguments)
            }
            None => {
                self.arguments(&mut arguments)?;
                Kind::Call { name, arguments }
            }
        };
        Node::new(kind)
    }

    fn arguments(&mut self, arguments: &mut Vec<Node>) -> Result<(), Fault> {
        let piped = arguments.len();
        self.expect(Word::Bracket, "(")?;
        while !self.is_bracket(")") {
            if arguments.len() > piped {
                self.expect(Word::Operator, ",")?;
            }
            if self.dialect.is_new() && self.is_bracket(")") {
                break;
            }
            arguments.push(self.expression(0)?);
        }
        self.expect(Word::Bracket, ")")
    }

    /// A list and what is asked of each of its items.
    fn predicate(
        &mut self,
        name: &str,
        optional: bool,
        arguments: &mut Vec<Node>,
    ) -> Result<(), Fault> {
        self.expect(Word::Bracket, "(")?;
        let piped = !arguments.is_empty();
        if !piped {
            arguments.push(self.expression(0)?);
        }
        if !(optional && self.is_bracket(")")) {
            if self.is_bracket(")") {
                return Err(Fault::Wrong(format!("`{name}` needs a predicate")));
            }
            if !piped {
                self.expect(Word::Operator, ",")?;
            }
            let bracketed = self.is_bracket("{");
            if bracketed {
                self.next();
            }
            self.predicates += 1;
            let node = if bracketed {
                self.sequence()
            } else {
                self.expression(0)
            };
            self.predicates -= 1;
            arguments.push(node?);
            if bracketed {
                self.expect(Word::Bracket, "}")?;
            }
        }
        if self.dialect.is_new() && self.is_operator(",") {
            self.next();
        }
        self.expect(Word::Bracket, ")")
    }

    fn array(&mut self) -> Result<Vec<Node>, Fault> {
        let mut nodes = Vec::new();
        self.expect(Word::Bracket, "[")?;
        while !self.is_bracket("]") {
            if !nodes.is_empty() {
                self.expect(Word::Operator, ",")?;
                if self.is_bracket("]") {
                    break;
                }
            }
            nodes.push(self.expression(0)?);
        }
        self.expect(Word::Bracket, "]")?;
        Ok(nodes)
    }

    fn map(&mut self) -> Result<Vec<(Node, Node)>, Fault> {
        let mut pairs = Vec::new();
        self.expect(Word::Bracket, "{")?;
        while !self.is_bracket("}") {
            if !pairs.is_empty() {
                self.expect(Word::Operator, ",")?;
                if self.is_bracket("}") {
                    break;
                }
            }
            let key = match self.current().kind {
                Word::Number | Word::Text | Word::Identifier => {
                    Node::new(Kind::Str(self.next().text.into()))?
                }
                Word::Bracket if self.is_bracket("(") => self.expression(0)?,
                _ => return Err(self.unexpected()),
            };
            self.expect(Word::Operator, ":")?;
            pairs.push((key, self.expression(0)?));
        }
        self.expect(Word::Bracket, "}")?;
        Ok(pairs)
    }

    /// Members, indices and slices behind `node`.
    fn postfix(&mut self, mut node: Node) -> Result<Node, Fault> {
        loop {
            let optional = self.is_operator("?.");
            if self.is_operator(".") || optional {
                self.next();
                if optional && self.is_bracket("[") {
                    node = self.bracketed(node, true)?;
                    continue;
                }
                let token = self.next();
                let is_word = token
                    .text
                    .starts_with(|one: char| one.is_ascii_alphabetic() || one == '_' || one == '$');
                if token.kind != Word::Identifier && !(token.kind == Word::Operator && is_word) {
                    return Err(Fault::Wrong(format!("expected name, not `{}`", token.text)));
                }
                if self.is_bracket("(") {
                    let what = format!("the call of a method (`.{}(…)`)", token.text);
                    return Err(Fault::NotSimulated(what));
                }
                // A chain goes on behind the next member.
                let (base, chained) = match node.kind {
                    Kind::Chain(base) => (base, true),
                    _ => (Box::new(node), false),
                };
                let key = Box::new(Node::new(Kind::Str(token.text.into()))?);
                node = Node::new(Kind::Member {
                    base,
                    key,
                    optional,
                })?;
                if chained || optional {
                    node = Node::new(Kind::Chain(Box::new(node)))?;
                }
            } else if self.is_bracket("[") {
                node = self.bracketed(node, false)?;
            } else {
                return Ok(node);
            }
        }
    }

    fn bracketed(&mut self, node: Node, optional: bool) -> Result<Node, Fault> {
        self.expect(Word::Bracket, "[")?;
        let base = Box::new(node);
        let from = if self.is_operator(":") {
            None
        } else {
            Some(Box::new(self.expression(0)?))
        };
        if self.is_operator(":") {
            self.next();
            let to = if self.is_bracket("]") {
                None
            } else {
                Some(Box::new(self.expression(0)?))
            };
            self.expect(Word::Bracket, "]")?;
            return Node::new(Kind::Slice { base, from, to });
        }
        self.expect(Word::Bracket, "]")?;
        let Some(key) = from else {
            return Err(self.unexpected());
        };
        let node = Node::new(Kind::Member {
            base,
            key,
            optional,
        })?;
        if optional {
            return Node::new(Kind::Chain(Box::new(node)));
        }
        Ok(node)
    }
}

fn binary(op: Op, left: Node, right: Node) -> Result<Node, Fault> {
    let (left, right) = (Box::new(left), Box::new(right));
    Node::new(Kind::Binary { op, left, right })
}

fn builtin(name: &'static str, arguments: Vec<Node>) -> Kind {
    Kind::Builtin(Builtin {
        name,
        arguments,
        map: None,
        throws: false,
        enough: None,
    })
}

fn number(text: &str) -> Result<Kind, Fault> {
    let wrong = || Fault::Wrong(format!("bad number `{text}`"));
    let plain = text.replace('_', "").to_ascii_lowercase();
    let based = |digits: &str, base| i64::from_str_radix(digits, base).map(Kind::Int);
    if let Some(digits) = plain.strip_prefix("0x") {
        return based(digits, 16).map_err(|_| wrong());
    }
    if plain.contains(['.', 'e']) {
        let value: f64 = plain.parse().map_err(|_| wrong())?;
        return if value.is_finite() {
            Ok(Kind::Float(value))
        } else {
            Err(wrong())
        };
    }
    let read = if let Some(digits) = plain.strip_prefix("0b") {
        based(digits, 2)
    } else if let Some(digits) = plain.strip_prefix("0o") {
        based(digits, 8)
    } else {
        based(&plain, 10)
    };
    read.map_err(|_| wrong())
}
