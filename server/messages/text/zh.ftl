### Chinese (中文).

number = { $number }
