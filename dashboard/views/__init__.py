"""The pages of the review desk, a function each. (A folder named `pages` would be run by Streamlit past the sign-in.)"""
